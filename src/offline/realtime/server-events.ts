import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { WireError } from '../wire-error.ts';
import type { describeSession } from './session-config.ts';

type WithoutEventId<Event> = Event extends unknown ? Omit<Event, 'event_id'> : never;
/** The SDK types a session here as a client writes it, without its identifier and the defaults that are filled in. */
type SessionEvent = { type: 'session.created' | 'session.updated'; session: ReturnType<typeof describeSession> };

/** A server event before it has its own identifier. */
export type ServerEvent = WithoutEventId<Exclude<RealtimeServerEvent, { type: SessionEvent['type'] }>> | SessionEvent;

/** `eventId` is that of the client's event that is at fault, if it has one. */
export function errorEvent(error: unknown, eventId: string | null): ServerEvent {
  const { type, code, message, param } =
    error instanceof WireError
      ? error.body.error
      : { type: 'server_error', code: null, message: 'The offline server failed.', param: null };
  return { type: 'error', error: { type, code, message, param, event_id: eventId } };
}
