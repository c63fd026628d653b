import { APIError } from 'openai';
import { DomainError } from '../errors.ts';
import { CallCancelled, DeadlineExceeded } from './deadline.ts';
import { isModelNotFound, isRetryable } from './upstream-errors.ts';

export interface BreakerOptions {
  /** Calls that fail one after the other, their repeats included, before the next ones are refused. */
  failures: number;
  /** For how long then, until one call may try; twice as long each time that this one fails too. */
  openMs: number;
  longestOpenMs: number;
  /** Monotonic milliseconds. */
  now: () => number;
}

export const defaultBreaker: BreakerOptions = {
  failures: 5,
  openMs: 2_000,
  longestOpenMs: 30_000,
  now: () => performance.now(),
};

/** How a call ended, as far as it says something about its server: `left` says nothing. */
export type CallOutcome = 'ok' | 'failed' | 'left';

/** One call that was let through. Only the first end counts. */
export interface BreakerPass {
  /** The first of an answer that is still to come as a whole: the server works again. */
  answered(): void;
  end(outcome: CallOutcome): void;
}

/**
 * A circuit breaker: after failures in a row nobody waits for a server that is down; one call at a time finds out
 * whether it is back. Cockatiel's counts whatever it does not count as a failure as a success, so that a caller who leaves
 * would close it; it ends with the call's promise, before a stream has; and it does not tell how long it stays open.
 */
export interface Breaker {
  /** Null: calls are let through. Else how long it will be until one may try again, in milliseconds. */
  refusesForMs(): number | null;
  /** To be asked right after `refusesForMs` was null. */
  pass(): BreakerPass;
}

/** How long others wait at least while one call is trying. */
const tryingMs = 1_000;

export function createBreaker(options: BreakerOptions): Breaker {
  const { failures: mostFailures, openMs, longestOpenMs, now } = options;
  let failures = 0;
  /** Null: closed. */
  let open: { untilMs: number; forMs: number; trying: boolean } | null = null;

  function refusesForMs(): number | null {
    if (!open) return null;
    const leftMs = open.untilMs - now();
    if (leftMs > 0) return leftMs;
    return open.trying ? tryingMs : null;
  }

  function close(): void {
    open = null;
    failures = 0;
  }

  function fail(tries: boolean): void {
    if (open && tries) {
      const forMs = Math.min(longestOpenMs, open.forMs * 2);
      open = { untilMs: now() + forMs, forMs, trying: false };
    } else if (!open && ++failures >= mostFailures) {
      open = { untilMs: now() + openMs, forMs: openMs, trying: false };
    }
  }

  return {
    refusesForMs,
    pass() {
      let tries = open !== null;
      let ended = false;
      if (open) open.trying = true;
      return {
        answered() {
          if (tries) close();
          tries = false;
        },
        end(outcome) {
          if (ended) return;
          ended = true;
          if (outcome === 'failed') fail(tries);
          else if (outcome === 'left' && tries && open) open.trying = false;
          else if (outcome === 'ok' && tries) close();
          else if (outcome === 'ok' && !open) failures = 0;
        },
      };
    },
  };
}

/**
 * What an error, as it was thrown, says of the server: it failed when it is out of reach, too slow, too busy (429), broken
 * (5xx) or makes no sense. A request, a key or an account that it refuses was answered; a caller who left, or a model that
 * is gone, says nothing.
 */
export function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof CallCancelled || isModelNotFound(error)) return 'left';
  if (error instanceof APIError && error.status !== undefined) {
    const busy = [408, 429].includes(error.status) && error.code !== 'insufficient_quota';
    return busy || error.status >= 500 ? 'failed' : 'ok';
  }
  if (error instanceof DomainError && error.cause) return outcomeOf(error.cause);
  if (error instanceof DomainError && error.code === 'upstream_refused') return 'ok';
  return error instanceof DeadlineExceeded || isRetryable(error) ? 'failed' : 'left';
}
