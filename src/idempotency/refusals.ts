import { DomainError, type ErrorCode } from '../errors.ts';

/** Time mends these, or signing in, or agreeing to the recording: whoever sends the same again wants another answer. */
const passing = new Set<ErrorCode>([
  'unauthenticated',
  'consent_required',
  'upload_too_slow',
  'rate_limited',
  'internal',
  'unavailable',
  'storage_full',
]);

/**
 * Whether a refusal is repeated to whoever sends the same again: what is wrong with the request itself or with what it
 * names (4xx), and what a model upstream has answered (502, 504). Not what says when to try `again`, and none of `passing`.
 */
export function isKept({ code, again }: { code: ErrorCode; again: boolean }): boolean {
  return !again && !passing.has(code);
}

export const usedForAnother = () =>
  new DomainError(
    'conflict',
    'This Idempotency-Key belongs to a request with another content. Use a new key for every new request.',
  );

export const stillWorking = () =>
  new DomainError(
    'conflict',
    'The first request with this Idempotency-Key is still being worked on. Send it again in a moment.',
    { retryAfterMs: 2_000 },
  );

export const answerNotKept = () =>
  new DomainError(
    'conflict',
    'The request with this Idempotency-Key was carried out, but its answer cannot be repeated. Read what it made instead.',
  );
