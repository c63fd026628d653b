import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';

export interface ListeningOptions {
  url: string;
  log: Log;
  /** Channels to LISTEN to: plain identifiers. */
  names: string[];
  heard(name: string, payload: string): void;
  /** After every LISTEN, the first included: what was told before it was not heard. */
  missed(): void;
}

/** A connection cut without a word is noticed within `aliveEveryMs` and `answerMs` together. */
const aliveEveryMs = 30_000;
const answerMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Holds one connection that only listens, and opens another whenever it is lost, pausing longer each time in vain. */
export function keepListening(options: ListeningOptions): { close(): Promise<void> } {
  const stop = new AbortController();
  const listening = reconnect(options, stop.signal);
  return {
    async close() {
      stop.abort();
      await listening;
    },
  };
}

async function reconnect(options: ListeningOptions, stop: AbortSignal): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!stop.aborted) {
    try {
      await listen(options, stop, () => {
        pauseMs = firstPauseMs;
      });
    } catch (error) {
      if (stop.aborted) return;
      options.log.warn({ err: error, pauseMs }, 'does not hear other servers: the connection for it was lost');
    }
    // Half of it at random: servers that lost one database do not come back at the same moment.
    const pause = sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: stop });
    await pause.catch(() => {
      // The server stops: the loop ends.
    });
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

/** Rejects once the connection is lost or the signal aborts. */
async function listen(options: ListeningOptions, stop: AbortSignal, connected: () => void): Promise<never> {
  const { url, names, heard, missed } = options;
  const client = new pg.Client({
    connectionString: url,
    application_name: 'viva-listen',
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    keepAlive: true,
  });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {
    // Looked at by the races below; it may come when none is on.
  });
  client.on('error', lost.reject);
  client.on('end', () => lost.reject(new Error('the connection ended')));
  client.on('notification', ({ channel, payload = '' }) => heard(channel, payload));
  const stopped = () => lost.reject(stop.reason);
  stop.addEventListener('abort', stopped, { once: true });
  try {
    await Promise.race([client.connect(), lost.promise]);
    await Promise.race([client.query(names.map((name) => `listen ${name}`).join(';')), lost.promise]);
    connected();
    missed();
    for (;;) {
      using pause = timeout(aliveEveryMs);
      await Promise.race([pause.over, lost.promise]);
      await Promise.race([client.query('select 1'), lost.promise]);
    }
  } finally {
    stop.removeEventListener('abort', stopped);
    const ended = client.end().catch(() => {
      // It was lost already: there is nothing to take leave of.
    });
    // A connection that was cut without a word would be waited for in vain.
    if (stop.aborted) await Promise.race([ended, sleep(answerMs, undefined, { ref: false })]);
  }
}

function timeout(ms: number): Disposable & { over: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { over: promise, [Symbol.dispose]: () => clearTimeout(timer) };
}
