import type pg from 'pg';
import type { Job, PgBoss } from 'pg-boss';
import { z } from 'zod';
import { type Attempt, TryAgainLater, type Work, type WorkItem, type WorkKind } from '../interview/work.ts';
import type { Log } from '../log.ts';
import type { Observed } from '../telemetry/jobs.ts';
import { openBoss } from './boss.ts';
import { type JobKind, queueSettings, type UpkeepKind, upkeepMs } from './kinds.ts';

/** Ids only: what they name is read when the job runs, and may be gone by then. */
const jobData = z.object({ id: z.string(), voice: z.string().optional() });
export type JobData = z.output<typeof jobData>;

/** How soon work is found that another server added, or that is to be tried again. What is added here begins at once. */
const lookEveryMs = 2_000;
/** Upkeep with longer periods begins only so long after the start: what a server needs to be ready comes first. */
const urgentMs = 60_000;
const settledMs = 5_000;

export interface JobQueue extends Work {
  /** Does work of this kind from now on, so much at once on this server, and half as much for one user. */
  serve(kind: WorkKind, atOnce: number, run: (data: JobData, attempt: Attempt) => Promise<void>): Promise<void>;
  /** Does this upkeep at the start and in every period, unless another server does. */
  keepUp(kind: UpkeepKind, run: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** How much work waits to be begun anywhere, by kind. */
  depths(): Promise<Record<string, number>>;
  /** Whether this server does any of it. */
  serving(): boolean;
  /** Those of the work that is waiting or under way anywhere. */
  present(kind: WorkKind): Promise<Set<string>>;
  /** Frees the work of servers that died: to be called only while no other server is there. */
  takeUp(): Promise<void>;
  /** Takes on nothing more, lets what runs finish for a while, then aborts the rest and gives it back. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** At least once: a job that its server did not finish is done by another one, or by this one once it is there again. */
export async function openQueue({
  pool,
  log,
  observed = (_kind, work) => work(),
}: {
  pool: pg.Pool;
  log: Log;
  observed?: Observed;
}): Promise<JobQueue> {
  const boss = await openBoss({ pool, log });
  const givingBack = new AbortController();
  const served = new Set<JobKind>();
  const timers = new Set<NodeJS.Timeout>();
  const givenBack: { kind: JobKind; id: string }[] = [];
  let draining = false;

  async function perform(kind: JobKind, job: Job<unknown>, run: (attempt: Attempt) => Promise<void>): Promise<void> {
    // There may be more where this came from, for the workers that are idle.
    wake(boss, kind);
    try {
      if (draining) givingBack.signal.throwIfAborted();
      const attempt = { signal: AbortSignal.any([job.signal, givingBack.signal]), earlierTries: job.retryCount };
      await observed(kind, () => run(attempt), { jobId: job.id, ...(job.groupId && { userId: job.groupId }) });
    } catch (error) {
      if (givingBack.signal.aborted) givenBack.push({ kind, id: job.id });
      else if (!(error instanceof TryAgainLater)) log.error({ err: error, job: kind, jobId: job.id }, 'a job failed');
      // pg-boss keeps what it is told: nothing of what was said or answered belongs there.
      throw new Error('to be tried again');
    }
  }

  async function work(kind: JobKind, atOnce: number, run: (data: unknown, attempt: Attempt) => Promise<void>) {
    served.add(kind);
    const localGroupConcurrency = Math.ceil(atOnce / 2);
    const options = { localConcurrency: atOnce, localGroupConcurrency, pollingIntervalSeconds: 60 };
    await boss.work(kind, options, async (jobs: Job<unknown>[]) => {
      for (const job of jobs) await perform(kind, job, (attempt) => run(job.data, attempt));
    });
  }

  return {
    givingBack: givingBack.signal,

    async add(kind, items, transaction) {
      await boss.insert(kind, items.map(jobOf), { db: transaction });
    },

    begin: (kind) => wake(boss, kind),

    async hurry(kind, id) {
      await boss.update(kind, undefined, { singletonKey: id, startAfter: new Date(), match: 'all' });
      wake(boss, kind);
    },

    async drop(kind, ids) {
      for (const id of ids) {
        const jobs = await boss.findJobs(kind, { key: id, queued: true });
        if (jobs.length === 0) continue;
        await boss.deleteJob(
          kind,
          jobs.map((job) => job.id),
        );
      }
    },

    async serve(kind, atOnce, run) {
      await work(kind, atOnce, (data, attempt) => run(jobData.parse(data), attempt));
      timers.add(setInterval(() => wake(boss, kind), lookEveryMs));
    },

    async keepUp(kind, run) {
      await work(kind, 1, (_, { signal }) => run(signal));
      const send = (singletonSeconds?: number) =>
        boss.send(kind, {}, { ...(singletonSeconds && { singletonSeconds }) }).then(
          () => wake(boss, kind),
          (error: unknown) => log.warn({ err: error, job: kind }, 'upkeep could not be begun; it is tried again'),
        );
      if (upkeepMs[kind] <= urgentMs) await send();
      else timers.add(setTimeout(send, settledMs));
      timers.add(setInterval(() => send(upkeepMs[kind] / 1_000), upkeepMs[kind]));
    },

    async depths() {
      const counts = await boss.getQueues();
      return Object.fromEntries(counts.map(({ name, queuedCount }) => [name, queuedCount]));
    },

    serving: () => served.size > 0 && !draining,

    async present(kind) {
      const jobs = await boss.findJobs(kind);
      return new Set(jobs.filter(isOpen).map(({ data }) => jobData.parse(data).id));
    },

    async takeUp() {
      for (const kind of queueSettings.keys()) {
        const jobs = await boss.findJobs(kind);
        const ids = jobs.filter(({ state }) => state === 'active').map(({ id }) => id);
        if (ids.length === 0) continue;
        await boss.fail(kind, ids);
        for (const id of ids) await boss.update(kind, undefined, { id, startAfter: new Date() });
        log.info({ job: kind, jobs: ids.length }, 'took up what a server that died had begun');
      }
    },

    async drain(graceMs) {
      draining = true;
      for (const timer of timers) clearInterval(timer);
      const timer = setTimeout(() => givingBack.abort(), graceMs);
      await Promise.all([...served].map((kind) => boss.offWork(kind, { wait: true })));
      clearTimeout(timer);
      givingBack.abort();
      // pg-boss would wait before it tries again; the next server need not.
      const startAfter = new Date();
      const freed = givenBack.splice(0).map(({ kind, id }) => boss.update(kind, undefined, { id, startAfter }));
      for (const outcome of await Promise.allSettled(freed)) {
        if (outcome.status === 'rejected') log.warn({ err: outcome.reason }, 'a job is tried again later, not at once');
      }
    },

    close: () => boss.stop({ graceful: false, close: false }),
  };
}

const isOpen = ({ state }: { state: string }) => ['created', 'retry', 'active'].includes(state);

const jobOf = ({ id, ownerId, voice }: WorkItem) => ({
  data: { id, ...(voice && { voice }) },
  singletonKey: id,
  group: { id: ownerId },
});

/** Lets an idle worker look for a job now, and busy ones as soon as they have finished theirs. */
function wake(boss: PgBoss, kind: JobKind): void {
  const workers = boss.getWipData().filter(({ name }) => name === kind);
  for (const worker of workers) if (worker.count > 0) boss.notifyWorker(worker.id);
  const idle = workers.find(({ count }) => count === 0);
  if (idle) boss.notifyWorker(idle.id);
}
