import type { Queue } from 'pg-boss';
import type { WorkKind } from '../interview/work.ts';

/** What users wait for. */
const workKinds: WorkKind[] = ['transcribe', 'speak', 'evaluate'];

/** Upkeep: done by one of the servers on a database, once in every period. */
export const upkeepMs = {
  'reconcile-work': 15_000,
  'end-lost-turns': 15_000,
  'sweep-recordings': 60_000,
  'finish-abandoned-recordings': 600_000,
  'expire-idempotency-keys': 3_600_000,
  'reconcile-audio': 86_400_000,
  'forget-conversations': 86_400_000,
  'delete-ended-logins': 86_400_000,
} as const;

export type UpkeepKind = keyof typeof upkeepMs;
export type JobKind = WorkKind | UpkeepKind;

export type QueueSettings = Omit<Queue, 'name'>;

/** A server that died is noticed once it has been silent for this long: pg-boss takes no less than 10 s. */
const heartbeatSeconds = 10;
/** Longer than anything takes; what hangs ends by its own deadlines long before. */
const expireInSeconds = 3_600;
/** A finished job tells nobody anything: the row does. */
const keptSeconds = 60;

const work: QueueSettings = {
  policy: 'standard',
  heartbeatSeconds,
  expireInSeconds,
  deleteAfterSeconds: keptSeconds,
  retryLimit: 100,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 60,
};

/** Kept for a period, so that its place in that is taken. What fails is done in the next. */
const upkeep = (everyMs: number): QueueSettings => ({
  policy: 'exclusive',
  heartbeatSeconds,
  expireInSeconds,
  deleteAfterSeconds: Math.max(keptSeconds, everyMs / 1_000),
  retryLimit: 2,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 60,
});

export const queueSettings: ReadonlyMap<JobKind, QueueSettings> = new Map<JobKind, QueueSettings>([
  ...workKinds.map((kind) => [kind, work] as const),
  ...entriesOf(upkeepMs).map(([kind, everyMs]) => [kind, upkeep(everyMs)] as const),
]);

function entriesOf<Key extends string, Value>(record: Record<Key, Value>): [Key, Value][] {
  const keys = Object.keys(record).filter((key): key is Key => key in record);
  return keys.map((key) => [key, record[key]]);
}
