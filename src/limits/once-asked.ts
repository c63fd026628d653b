import { setTimeout as sleep } from 'node:timers/promises';
import { wasNotAsked } from './not-asked.ts';

/** As long as an upstream that recovers soon may need; after that, whoever waits is told. */
const patienceMs = 30_000;

/**
 * Does work of a job that would fail because its upstream is known not to work, again when that may have recovered, for a
 * while. Throws what the work throws, and what the signal aborts with.
 */
export async function onceAsked<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!wasNotAsked(error) || error.retryAfterMs === undefined) throw error;
      if (performance.now() + error.retryAfterMs > until) throw error;
      await sleep(error.retryAfterMs, undefined, { signal });
    }
  }
}
