import type { Log } from '../log.ts';

/** Work that outlives the request which started it. */
export interface Background {
  /** Starts the work; a failure is logged. Its signal aborts when the server drains. */
  run(name: string, work: (signal: AbortSignal) => Promise<void>): void;
  /** Lets running work finish for a while, then aborts the rest and waits for it. */
  drain(graceMs: number): Promise<void>;
}

export function createBackground(log: Log): Background {
  const running = new Set<Promise<void>>();
  const stop = new AbortController();
  return {
    run(name, work) {
      if (stop.signal.aborted) return;
      const task = work(stop.signal)
        .catch((error: unknown) => {
          if (!stop.signal.aborted) log.error({ err: error, job: name }, 'background work failed');
        })
        .finally(() => running.delete(task));
      running.add(task);
    },
    async drain(graceMs) {
      const timer = setTimeout(() => stop.abort(), graceMs);
      while (running.size > 0) await Promise.allSettled(running);
      clearTimeout(timer);
      stop.abort();
    },
  };
}
