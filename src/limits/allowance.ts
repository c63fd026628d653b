import type pg from 'pg';
import { z } from 'zod';
import { DomainError } from '../errors.ts';

/** What a user's work consumes of models. */
export interface Consumption {
  /** Of speech that was heard: recordings, live answers, conversations. */
  audioMs: number;
  /** Read and written. */
  tokens: number;
}

/** How much of that a user may consume in any 24 hours. */
export interface Allowance {
  /**
   * To be asked before anything that costs. Undefined, without waiting, when what is known is fresh enough, as it is while
   * somebody works. Throws, or rejects with, `rate_limited`: which limit it is, and when there is room again.
   */
  require(userId: string): Promise<void> | undefined;
  /** Counts what was booked just now. */
  consumed(userId: string, consumption: Partial<Consumption>): void;
}

export interface AllowanceOptions {
  pool: pg.Pool;
  daily: Consumption;
  /** For so long what was read holds, with what was counted since; then it is read again, beside the work. */
  keptMs?: number;
}

interface Known extends Consumption {
  readAtMs: number;
  reading: Promise<Known> | null;
}

const mostKnown = 10_000;
/** Older than this it says nothing: another server may have counted meanwhile. */
const staleMs = 600_000;

const heard = "capability in ('transcribe', 'listen', 'realtime')";
const consumedSql = `select coalesce(sum(audio_ms) filter (where ${heard}), 0)::float8 as "audioMs",
    coalesce(sum(input_tokens::bigint + output_tokens), 0)::float8 as tokens
  from usage where user_id = $1 and created_at > now() - interval '24 hours'`;
/** The newest of those that have to be a day old before what came after them leaves room. */
const roomInSql = (amount: string) => `select
    extract(epoch from max(created_at) + interval '24 hours' - now())::float8 * 1000 as "roomInMs"
  from (select created_at, sum(${amount}) over (order by created_at desc, id desc) as since
    from usage where user_id = $1 and created_at > now() - interval '24 hours') as spent
  where since >= $2`;

const limits = {
  audioMs: { amount: `case when ${heard} then audio_ms else 0 end`, name: 'audio-room' },
  tokens: { amount: 'input_tokens::bigint + output_tokens', name: 'tokens-room' },
} as const;

const consumptionRow = z.object({ audioMs: z.number(), tokens: z.number() });
const roomRow = z.object({ roomInMs: z.number().nullable() });

/** Counts by the table of usage, so servers on one database agree; a few seconds of each user's are counted here. */
export function createAllowance({ pool, daily, keptMs = 30_000 }: AllowanceOptions): Allowance {
  const known = new Map<string, Known>();

  async function read(userId: string): Promise<Known> {
    const { rows } = await pool.query({ name: 'consumed', text: consumedSql, values: [userId] });
    const fresh = { ...consumptionRow.parse(rows[0]), readAtMs: performance.now(), reading: null };
    known.delete(userId);
    known.set(userId, fresh);
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
    return fresh;
  }

  /** Those who come meanwhile share it. */
  function reread(userId: string, before: Known | undefined): Promise<Known> {
    if (!before) return read(userId);
    before.reading ??= read(userId).finally(() => {
      before.reading = null;
    });
    return before.reading;
  }

  const exceeded = (consumed: Consumption) =>
    consumed.audioMs >= daily.audioMs ? 'audioMs' : consumed.tokens >= daily.tokens ? 'tokens' : null;

  async function refuse(userId: string, limit: keyof Consumption): Promise<never> {
    const { name, amount } = limits[limit];
    const { rows } = await pool.query({ name, text: roomInSql(amount), values: [userId, daily[limit]] });
    const retryAfterMs = Math.max(1_000, Math.ceil(roomRow.parse(rows[0]).roomInMs ?? 0));
    const what =
      limit === 'audioMs'
        ? `${daily.audioMs / 60_000} minutes of speech`
        : `${daily.tokens.toLocaleString('en')} tokens`;
    const message = `You have used up your ${what} for 24 hours. There is room again in ${inWords(retryAfterMs)}.`;
    throw new DomainError('rate_limited', message, { retryAfterMs });
  }

  async function requireFresh(userId: string, before: Known | undefined): Promise<void> {
    const limit = exceeded(await reread(userId, before));
    if (limit) await refuse(userId, limit);
  }

  return {
    require(userId) {
      const before = known.get(userId);
      const ageMs = before ? performance.now() - before.readAtMs : Number.POSITIVE_INFINITY;
      if (!before || ageMs > staleMs || exceeded(before)) return requireFresh(userId, before);
      if (ageMs > keptMs) {
        // Whoever asks next finds it, or reads it again: a database that is lost is told of by the work itself.
        reread(userId, before).catch(() => undefined);
      }
    },
    consumed(userId, { audioMs = 0, tokens = 0 }) {
      const counted = known.get(userId);
      if (!counted) return;
      counted.audioMs += audioMs;
      counted.tokens += tokens;
    },
  };
}

function inWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 2) return 'a minute';
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
