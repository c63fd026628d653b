import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim } from './claim.ts';
import type { DoomedServer } from './doomed-server.ts';

const settleMs = 30_000;
const lookEveryMs = 100;
/** Of what earlier lives promised, looked at again after each. */
const sampled = 4;

export interface Settled {
  tookMs: number;
  /** What was waited for last. */
  last: string;
}

/** Waits for everything that was begun to come to an end, then looks at everything from outside. */
export async function settle(doomed: DoomedServer, point: string, startedAt: Date): Promise<Settled> {
  const began = Date.now();
  const { found, claims, kept, random } = doomed;
  const say = (what: string) => found.push(`killed at “${point}”: ${what}`);
  let open: Claim[] = claims;
  let waiting: string[] = [];
  let last = 'nothing';
  do {
    const still: Claim[] = [];
    for (const claim of open) if ((await judge(claim, say)) === 'pending') still.push(claim);
    open = still;
    waiting = [...open.map(({ what }) => what), ...(await unfinished(doomed, startedAt))];
    last = waiting[0] ?? last;
    if (waiting.length > 0) await sleep(lookEveryMs);
  } while (waiting.length > 0 && Date.now() - began < settleMs);
  for (const what of waiting) say(`after half a minute there is no end to ${what}`);
  const tookMs = Date.now() - began;
  for (const claim of random.shuffled(kept).slice(0, sampled)) await judge(claim, say);
  kept.push(...claims.splice(0));
  for (const what of await amiss(doomed)) say(what);
  for (const what of repeated(doomed)) say(what);
  return { tookMs, last };
}

async function judge({ what, look }: Claim, say: (what: string) => void): Promise<'pending' | 'over'> {
  const verdict = await look().catch((error: unknown) => ({ breach: String(error) }));
  if (verdict === 'pending') return 'pending';
  if (verdict !== 'holds') say(`${what}: ${verdict.breach}`);
  return 'over';
}

/** Every claim of every life, once more. */
export async function judgeAll({ kept, found }: DoomedServer): Promise<void> {
  for (const claim of kept) await judge(claim, (what) => found.push(`in the end: ${what}`));
}

/** Rows that wait for something, jobs that nobody does, and files that somebody is still to remove. */
async function unfinished({ world, query }: DoomedServer, startedAt: Date): Promise<string[]> {
  const { rows } = await query<{ what: string; count: string }>(
    `select what, count(*) from (
      select 'pending answers' as what from answers where transcript_state = 'pending'
      union all select 'pending questions' from questions where speech_state = 'pending'
      union all select 'running evaluations' from sessions where evaluation_state = 'running'
      union all select 'running turns' from turns where state = 'running'
      union all select 'job ' || name || ' ' || state from pgboss.job
        where (name in ('transcribe', 'speak', 'evaluate') and state in ('created', 'retry', 'active'))
          or (state = 'active' and started_on < $1)
    ) waiting group by what`,
    [startedAt],
  );
  const staged = await readdir(join(world.audioPath, 'tmp')).catch(() => []);
  return [...rows.map(({ what, count }) => `${count} ${what}`), ...staged.map((name) => `the staged file ${name}`)];
}

/** Files without a row: allowed for an hour, after which reconciliation removes them. */
export async function filesWithoutRow({ world, query }: DoomedServer): Promise<string[]> {
  const { rows } = await query<{ storage_key: string }>('select storage_key from audio_files');
  const known = new Set(rows.map((row) => row.storage_key));
  return [...(await storedFiles(world.audioPath)).keys()].filter((key) => !known.has(key));
}

/** Rows without their file, or with one of another size. */
async function amiss({ world, query }: DoomedServer): Promise<string[]> {
  const { rows } = await query<{ storage_key: string; bytes: number; gone: boolean }>(
    'select storage_key, bytes, gone_at is not null as gone from audio_files',
  );
  const files = await storedFiles(world.audioPath);
  return rows.flatMap(({ storage_key: key, bytes, gone }) => {
    const there = files.get(key) ?? null;
    if (gone) return there === null ? [] : [`${key} is booked to be gone and is there`];
    return there === bytes ? [] : [`${key} has ${there} bytes instead of ${bytes}`];
  });
}

async function storedFiles(audioPath: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const folder of ['answers', 'questions', 'replies']) {
    for (const name of await readdir(join(audioPath, folder)).catch(() => [])) {
      sizes.set(`${folder}/${name}`, (await stat(join(audioPath, folder, name))).size);
    }
  }
  return sizes;
}

/** What the vendor was asked more than twice since the last look: once, and once again after the kill. */
function repeated({ world }: DoomedServer): string[] {
  const times = new Map<string, { count: number; what: string }>();
  for (const { endpoint, schemaName, body, file } of world.upstream.calls.splice(0)) {
    const text = JSON.stringify(body);
    if (endpoint === 'transcriptions' ? !file : !/case [0-9a-f-]{13}/.test(text)) continue;
    const key = createHash('sha256').update(endpoint).update(text).update(String(file?.name)).digest('hex');
    const before = times.get(key)?.count ?? 0;
    times.set(key, { count: before + 1, what: schemaName ?? endpoint });
  }
  return [...times.values()].flatMap(({ count, what }) =>
    count > 2 ? [`the vendor was asked ${count} times for the same ${what}`] : [],
  );
}
