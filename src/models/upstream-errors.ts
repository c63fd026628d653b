import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { DomainError } from '../errors.ts';
import { CallCancelled, DeadlineExceeded } from './deadline.ts';
import type { Capability } from './preferences.ts';

/** Whom a call went to, for messages. */
export interface Upstream {
  capability: Capability;
  host: string;
}

/** A reply arrived whole, but is not what the API promises. */
export class InvalidReply extends Error {
  override readonly name = 'InvalidReply';
}

/**
 * Turns what the SDK, the network or a deadline threw into an error that a user may see. What the upstream wrote stays
 * in `cause`. A `DomainError` passes through unchanged.
 */
export function upstreamError(error: unknown, { capability, host }: Upstream): DomainError {
  if (error instanceof DomainError) return error;
  const name = host.endsWith('fireworks.ai') ? 'Fireworks' : 'OpenAI';
  if (error instanceof CallCancelled) {
    if (error.cause instanceof DomainError) return error.cause;
    if (!isTimeout(error.cause)) return new DomainError('unavailable', 'The call was cancelled.', { cause: error });
  }
  if (isTimeout(error) || error instanceof CallCancelled) {
    return new DomainError('upstream_timeout', `${host} took too long to answer. Try again.`, { cause: error });
  }
  const status = error instanceof APIError ? error.status : undefined;
  const retryAfter = { cause: error, retryAfterMs: retryAfterMs(error) };
  if (status === 401 || status === 403) {
    // Some servers echo the key in their refusal, so that text is not even kept as the cause.
    const message = `The ${name} API key was refused by ${host}: check ${name.toUpperCase()}_API_KEY or ${capability.toUpperCase()}_API_KEY.`;
    return new DomainError('unavailable', message, { cause: new Error(`HTTP ${status} from ${host}`) });
  }
  if (status === 404 || status === 410) {
    const message = `${host} does not offer what "${capability}" needs: check ${capability.toUpperCase()}_MODELS and the base URL.`;
    return new DomainError('unavailable', message, { cause: error });
  }
  if (isOutOfCredit(error)) {
    return new DomainError('unavailable', `The ${name} account is out of credit: check its billing.`, { cause: error });
  }
  if (status === 429) return new DomainError('unavailable', `${host} is busy. Try again in a moment.`, retryAfter);
  if (status !== undefined && status >= 500) {
    return new DomainError('upstream_failed', `${host} failed (${status}). Try again in a moment.`, retryAfter);
  }
  if (status !== undefined) {
    return new DomainError('upstream_failed', `${host} rejected the request (${status}). The server's log says why.`, {
      cause: error,
    });
  }
  if (error instanceof APIConnectionError) {
    return new DomainError('unavailable', `${host} cannot be reached. Try again in a moment.`, { cause: error });
  }
  return new DomainError('upstream_failed', `The answer from ${host} was incomplete or malformed. Try again.`, {
    cause: error,
  });
}

/** Whether the same call may well succeed a little later. Takes raw errors and the `DomainError` made of them. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof DomainError) {
    if (error.code !== 'upstream_failed' && error.code !== 'upstream_timeout' && error.code !== 'unavailable')
      return false;
    return error.code === 'upstream_timeout' || isRetryable(error.cause);
  }
  if (error instanceof APIConnectionError || error instanceof InvalidReply || isTimeout(error)) return true;
  if (error instanceof APIError && error.status !== undefined) {
    const advice = error.headers?.get('x-should-retry');
    if (advice === 'true' || advice === 'false') return advice === 'true';
    return [408, 409, 429].includes(error.status) ? !isOutOfCredit(error) : error.status >= 500;
  }
  // A body cut off: fetch says "terminated"; JSON that ends too early is a SyntaxError.
  return error instanceof SyntaxError || (error instanceof TypeError && error.message === 'terminated');
}

/** Whether the upstream says that this model, rather than the request, is the trouble. */
export function isModelNotFound(error: unknown): boolean {
  if (!(error instanceof APIError) || error.status === undefined) return false;
  if (error.code === 'model_not_found') return true;
  return (error.status === 404 || error.status === 410) && /\bmodel\b/i.test(error.message);
}

/** How long the upstream asks to wait, in milliseconds: `Retry-After-Ms`, or `Retry-After` as seconds or a date. */
export function retryAfterMs(error: unknown, nowMs = Date.now()): number | undefined {
  const headers = error instanceof APIError ? error.headers : undefined;
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (exact >= 0) return exact;
  const text = headers?.get('retry-after') ?? '';
  const ms = /^\s*[\d.]+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function isTimeout(error: unknown): boolean {
  if (error instanceof DeadlineExceeded || error instanceof APIConnectionTimeoutError) return true;
  return error instanceof Error && error.name === 'TimeoutError';
}

function isOutOfCredit(error: unknown): boolean {
  return error instanceof APIError && error.code === 'insufficient_quota';
}
