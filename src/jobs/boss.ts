import type pg from 'pg';
import { PgBoss, type QueueResult } from 'pg-boss';
import type { Log } from '../log.ts';
import { type QueueSettings, queueSettings } from './kinds.ts';

/** Servers that died are looked for this often: with the heartbeat, their work goes on within 20 s. */
const superviseSeconds = 5;
const rarelySeconds = 3_600;

/**
 * pg-boss on our own connections, in the schema `pgboss` of the same database. Creates or migrates that schema, and the
 * queues, when they are not there yet; servers that start together take turns.
 */
export async function openBoss({ pool, log }: { pool: pg.Pool; log: Log }): Promise<PgBoss> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    // Upkeep is sent by the servers themselves, into slots of time: that also goes below a minute.
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    maintenanceIntervalSeconds: 60,
    queueCacheIntervalSeconds: rarelySeconds,
    // No job waits for another one here, and PostgreSQL watches its own vacuum.
    flowIntervalSeconds: rarelySeconds,
    bamIntervalSeconds: rarelySeconds,
    monitorVacuum: false,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the job queue could not do something; it tries again'));
  boss.on('warning', ({ message }) => log.warn({}, `job queue: ${message}`));
  await boss.start();
  const present = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  for (const [kind, settings] of queueSettings) {
    const queue = present.get(kind);
    const { policy, ...changeable } = settings;
    if (!queue) await boss.createQueue(kind, settings);
    else if (differs(queue, changeable)) await boss.updateQueue(kind, changeable);
  }
  return boss;
}

/** As another version of this server left it. */
function differs(queue: QueueResult, settings: QueueSettings): boolean {
  return Object.entries(settings).some(([name, value]) => Reflect.get(queue, name) !== value);
}
