import { setTimeout as wait } from 'node:timers/promises';
import { isRetryable, retryAfterMs } from './upstream-errors.ts';

/** A longer wait than this is handed to the caller (`DomainError.retryAfterMs`) rather than sat out. */
const longestWaitMs = 30_000;
const retries = 2;

export interface RetryOptions {
  signal: AbortSignal;
  /** Time left for the whole call, in milliseconds. */
  remainingMs: () => number;
  onRetry: (error: unknown, delayMs: number) => void;
}

/**
 * How long to wait before repeating a failed call, in milliseconds, or null to give up. `Retry-After` is a minimum;
 * up to a quarter is added so that callers turned away together do not return together.
 */
export function retryDelayMs(error: unknown, failures: number, random = Math.random): number | null {
  if (failures > retries || !isRetryable(error)) return null;
  const asked = retryAfterMs(error);
  if (asked !== undefined && asked > longestWaitMs) return null;
  if (asked !== undefined) return asked * (1 + random() / 4);
  return Math.min(8000, 500 * 2 ** (failures - 1)) * (0.5 + random() / 2);
}

/** Makes a call up to three times. Throws the last error as it is. */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = retryDelayMs(error, failures);
      if (delayMs === null || delayMs >= options.remainingMs()) throw error;
      options.onRetry(error, delayMs);
      await wait(delayMs, undefined, { signal: options.signal });
    }
  }
}
