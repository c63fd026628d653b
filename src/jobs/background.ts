import type { Log } from '../log.ts';
import type { Observed } from '../telemetry/jobs.ts';

/** Work that outlives the request which started it. */
export interface Background {
  /**
   * Starts the work; a failure is logged. Its signal aborts when the server has drained for long enough. False when it
   * was not started because the server is stopping: what is left undone is taken up by the next one.
   */
  run(name: string, work: (signal: AbortSignal) => Promise<void>): boolean;
  /** Takes on nothing more, lets what runs finish for a while, then aborts the rest and waits for it. */
  drain(graceMs: number): Promise<void>;
}

export function createBackground(log: Log, observed: Observed): Background {
  const running = new Set<Promise<void>>();
  const stop = new AbortController();
  let draining = false;
  return {
    run(name, work) {
      if (draining) return false;
      const task = observed(name, () => work(stop.signal))
        .catch((error: unknown) => {
          if (!stop.signal.aborted) log.error({ err: error, job: name }, 'background work failed');
        })
        .finally(() => running.delete(task));
      running.add(task);
      return true;
    },
    async drain(graceMs) {
      draining = true;
      const timer = setTimeout(() => stop.abort(), graceMs);
      while (running.size > 0) await Promise.allSettled(running);
      clearTimeout(timer);
      stop.abort();
    },
  };
}
