import type { Meter } from '@opentelemetry/api';
import type { Pool } from 'pg';
import type { Log } from '../log.ts';

export interface GaugeSources {
  pool: Pool;
  poolSize: number;
  /** Work that waits to be taken up, by queue. */
  queueDepths(): Promise<Record<string, number>>;
  /** Whether each capability's upstream works, as far as is known. */
  capabilities(): Record<string, { ready: boolean }>;
  /** What stands before each capability's upstream. */
  gates(): { capability: string; refusesForMs: number | null; taken: number; waiting: number }[];
  log: Log;
}

/** A scrape counts what waits at most so often: scrapers must not become a load. */
const depthsKeptMs = 5_000;

/** What is read when somebody asks, of parts that do not know that they are watched. */
export function observeParts(
  meter: Meter,
  { pool, poolSize, queueDepths, capabilities, gates, log }: GaugeSources,
): void {
  meter
    .createObservableGauge('db_client_connection_count', { description: 'Connections to the database by state' })
    .addCallback((result) => {
      result.observe(pool.idleCount, { state: 'idle' });
      result.observe(pool.totalCount - pool.idleCount, { state: 'used' });
    });
  meter
    .createObservableGauge('db_client_connection_pending_requests', { description: 'Who waits for a connection' })
    .addCallback((result) => result.observe(pool.waitingCount));
  meter
    .createObservableGauge('db_client_connection_max', { description: 'DATABASE_POOL_SIZE' })
    .addCallback((result) => result.observe(poolSize));
  meter
    .createObservableGauge('viva_capability_ready', { description: '1 while its upstream is known to work' })
    .addCallback((result) => {
      for (const [capability, { ready }] of Object.entries(capabilities()))
        result.observe(ready ? 1 : 0, { capability });
    });
  meter
    .createObservableGauge('viva_upstream_calls', { description: 'Calls to models under way, and those that wait' })
    .addCallback((result) => {
      for (const { capability, taken, waiting } of gates()) {
        result.observe(taken, { capability, state: 'under way' });
        result.observe(waiting, { capability, state: 'waiting' });
      }
    });
  meter
    .createObservableGauge('viva_upstream_refused', {
      description: '1 while an upstream that keeps failing is not asked',
    })
    .addCallback((result) => {
      for (const { capability, refusesForMs } of gates()) result.observe(refusesForMs === null ? 0 : 1, { capability });
    });

  let known: Record<string, number> = {};
  let countedAt = Number.NEGATIVE_INFINITY;
  meter
    .createObservableGauge('viva_queue_depth', { description: 'Work that waits to be taken up, by queue' })
    .addCallback(async (result) => {
      if (performance.now() - countedAt > depthsKeptMs) {
        countedAt = performance.now();
        known = await queueDepths().catch((error: unknown) => {
          // Absent rather than wrong: the other metrics of this scrape matter more now.
          log.warn({ err: error }, 'the depth of the queues could not be read');
          return {};
        });
      }
      for (const [queue, depth] of Object.entries(known)) result.observe(depth, { queue });
    });
}
