import { APIError } from 'openai';
import type { RealtimeProblem } from './realtime-events.ts';

/** What the HTTP surface would have answered: events and close frames carry no status. */
const statuses: Record<string, number> = {
  model_not_found: 404,
  invalid_api_key: 401,
  insufficient_quota: 429,
  rate_limit_exceeded: 429,
};
const statusesByType: Record<string, number> = {
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  rate_limit_error: 429,
  server_error: 500,
};

/** The SDK's error for a problem that a Realtime event tells of, so that it is judged like one told over HTTP. */
export function realtimeProblem({ type, code, message, param }: RealtimeProblem): APIError {
  const status = statuses[code ?? ''] ?? statusesByType[type] ?? 400;
  return APIError.generate(status, { error: { type, code, message, param } }, message, new Headers());
}

/** The SDK's error for a refusal in a close frame (`invalid_request_error.model_not_found`); null when it names none. */
export function refusalInClose(reason: string): APIError | null {
  const code = Object.keys(statuses).find((name) => new RegExp(`\\b${name}\\b`).test(reason));
  return code ? realtimeProblem({ type: 'invalid_request_error', code, message: `closed: ${code}` }) : null;
}

/** The SDK's error for a handshake that was answered by something else than 101. */
export function handshakeRefusal(status: number, body: string, headers: Headers): APIError {
  let parsed: object | undefined;
  try {
    const value: unknown = JSON.parse(body);
    parsed = typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A gateway's page, say: the status is what counts.
  }
  return APIError.generate(status, parsed, parsed ? undefined : `HTTP ${status}`, headers);
}
