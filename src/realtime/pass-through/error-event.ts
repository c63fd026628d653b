import { randomUUID } from 'node:crypto';
import type { DomainError } from '../../errors.ts';

export interface ErrorDetails {
  /** The field that is at fault: `session.model`. */
  param?: string | null;
  /** Of the client's event that was refused. */
  eventId?: string | null;
}

/** A refusal in the shape of OpenAI's `error` event, with our code and our words. */
export function errorEvent({ code, message, status }: DomainError, { param, eventId }: ErrorDetails = {}): string {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  const error = { type, code, message, param: param ?? null, event_id: eventId ?? null };
  return JSON.stringify({ type: 'error', event_id: `event_${randomUUID().replaceAll('-', '')}`, error });
}
