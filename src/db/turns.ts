import type pg from 'pg';
import { z } from 'zod';

/**
 * The statements of a live turn, each one round trip: between the candidate's last byte and the first sound of the
 * reply every millisecond is heard, and Prisma's query compiler takes several.
 */

const sessionRow = z.object({
  id: z.string(),
  userId: z.string(),
  cvId: z.string().nullable(),
  jobDescription: z.string(),
  voice: z.string(),
  language: z.string(),
  state: z.enum(['active', 'ended']),
  interviewer: z.unknown(),
  interviewState: z.unknown(),
  consented: z.boolean(),
});
/** A session as a turn needs it. */
export type TurnSession = z.output<typeof sessionRow>;

const claimSql = `with session as (
    select s.id, s.user_id as "userId", s.cv_id as "cvId", s.job_description as "jobDescription", s.voice, s.language,
      s.state, s.interviewer, s.interview_state as "interviewState", u.consented_at is not null as consented
    from sessions s join users u on u.id = s.user_id where s.id = $2 and s.user_id = $3
  ), claimed as (
    insert into turns (id, session_id, lease_until)
    select $1, id, $4 from session where state = 'active' and (consented or not $5) returning id
  )
  select session.*, exists (select from claimed) as claimed,
    (select max(id) from turn_events where session_id = $2) as "lastEventId" from session`;

const claimRow = z.object({ claimed: z.boolean(), lastEventId: z.coerce.number() });

/**
 * Takes the session's place for a turn, if it is the user's, goes on, and, when it is to be recorded, may be. Null: there
 * is no such session. `lastEventId` is the greatest id of an event in it, 0 when there is none. Throws the driver's 23505
 * while another turn runs.
 */
export async function claimTurn(
  pool: pg.Pool,
  claim: { turnId: string; sessionId: string; userId: string; leaseUntil: Date; recorded: boolean },
): Promise<({ session: TurnSession } & z.output<typeof claimRow>) | null> {
  const { turnId, sessionId, userId, leaseUntil, recorded } = claim;
  const values = [turnId, sessionId, userId, leaseUntil, recorded];
  const { rows } = await pool.query({ name: 'claim-turn', text: claimSql, values });
  if (rows.length === 0) return null;
  return { session: sessionRow.parse(rows[0]), ...claimRow.parse(rows[0]) };
}

const materialSql = `select
  (select coalesce(json_agg(q order by q.position), '[]') from (
    select id, position, text, expected_signals as "expectedSignals" from questions where session_id = $1) q) as questions,
  (select coalesce(json_agg(m order by m.id), '[]') from (
    select m.id, m.role, m.text, m.heard_text as "heardText", t.state = 'failed' as unanswered, f.duration_ms as "durationMs"
    from messages m left join turns t on t.id = m.turn_id left join audio_files f on f.id = m.audio_id
    where m.session_id = $1 and not m.said_again order by m.id desc limit $3) m) as messages,
  (select text from cvs where id = $2) as cv`;

const materialRow = z.object({
  questions: z.array(z.object({ id: z.string(), text: z.string(), expectedSignals: z.unknown() })),
  messages: z.array(
    z.object({
      id: z.string(),
      role: z.enum(['interviewer', 'candidate', 'system']),
      text: z.string(),
      heardText: z.string().nullable(),
      /** Its turn failed. */
      unanswered: z.boolean().nullable(),
      durationMs: z.number().nullable(),
    }),
  ),
  cv: z.string().nullable(),
});
/** What was there before a turn: the questions in their order, the latest messages, oldest first, and the CV's text. */
export type TurnMaterial = z.output<typeof materialRow>;

export async function selectMaterial(
  pool: pg.Pool,
  { id, cvId }: Pick<TurnSession, 'id' | 'cvId'>,
  maxMessages: number,
): Promise<TurnMaterial> {
  const values = [id, cvId, maxMessages];
  const { rows } = await pool.query({ name: 'turn-material', text: materialSql, values });
  return materialRow.parse(rows[0]);
}

const saidSql = `with superseded as (
    update messages set said_again = true where id = $7
  ), heard as (
    insert into usage (id, user_id, session_id, turn_id, capability, model, audio_ms)
    select gen_random_uuid(), $8, $2, $3, 'transcribe', $9, $10 where $9::text is not null
  )
  insert into messages (id, session_id, turn_id, role, text, question_id, audio_id)
  values ($1, $2, $3, 'candidate', $4, $5, $6)`;

export interface SaidRow {
  id: string;
  sessionId: string;
  turnId: string;
  userId: string;
  text: string;
  questionId: string | null;
  audioId: string | null;
  /** What these words stand for, as they were said again. */
  supersedes: string | null;
  transcribedBy: string | null;
  audioMs: number;
}

export async function insertSaid(pool: pg.Pool, said: SaidRow): Promise<void> {
  const { id, sessionId, turnId, userId, text, questionId, audioId, supersedes, transcribedBy, audioMs } = said;
  const values = [id, sessionId, turnId, text, questionId, audioId, supersedes, userId, transcribedBy, audioMs];
  await pool.query({ name: 'insert-said', text: saidSql, values });
}

const replySql = `with consumed as (
    insert into usage (id, user_id, session_id, turn_id, capability, model, input_tokens, output_tokens, characters, audio_ms)
    select gen_random_uuid(), $2, $3, $4, u.capability, u.model, u."inputTokens", u."outputTokens", u.characters, u."audioMs"
    from json_to_recordset($5::json) as u(capability text, model text, "inputTokens" int, "outputTokens" int, characters int,
      "audioMs" int)
  ), moved as (
    update sessions set interview_state = $6::jsonb where id = $3 and $6::jsonb is not null
  ), sound as (
    insert into audio_files (id, kind, user_id, storage_key, mime_type, bytes, sha256, duration_ms)
    select f.id, 'reply', $2, f."storageKey", 'audio/mpeg', f.bytes, f.sha256, f."durationMs"
    from json_to_recordset($7::json) as f(id uuid, "storageKey" text, bytes int, sha256 text, "durationMs" int)
  )
  insert into messages (id, session_id, turn_id, role, text, pieces, heard_text, audio_partial, audio_id)
  select $1, $3, $4, 'interviewer', $8, $9::jsonb, $10, $11, $12 where $8::text <> ''`;

export interface ReplyRow {
  id: string;
  userId: string;
  sessionId: string;
  turnId: string;
  /** Empty: nothing was said, and only the usage and the state are stored. */
  text: string;
  pieces: object[];
  heardText: string | null;
  audioPartial: boolean;
  audio: { id: string; storageKey: string; bytes: number; sha256: string; durationMs: number } | null;
  interviewState: object | null;
  usage: {
    capability: string;
    model: string;
    inputTokens: number;
    outputTokens: number;
    characters: number;
    audioMs: number;
  }[];
}

/** The reply, its sound, where the interview stands after it, and what it consumed: all of it or nothing. */
export async function insertReply(pool: pg.Pool, reply: ReplyRow): Promise<void> {
  const { id, userId, sessionId, turnId, text, pieces, heardText, audioPartial, audio, interviewState, usage } = reply;
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  const values = [
    ...[id, userId, sessionId, turnId, json(usage), json(interviewState), json(audio ? [audio] : []), text],
    ...[json(pieces), heardText, audioPartial, audio?.id ?? null],
  ];
  await pool.query({ name: 'insert-reply', text: replySql, values });
}

/** What became of a turn. */
export async function endTurn(pool: pg.Pool, turnId: string, state: 'ended' | 'failed' | 'interrupted'): Promise<void> {
  const text = 'update turns set state = $2::turn_state, ended_at = now() where id = $1';
  await pool.query({ name: 'end-turn', text, values: [turnId, state] });
}
