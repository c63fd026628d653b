import { randomUUIDv7 } from 'node:crypto';
import type pg from 'pg';
import { inClient } from '../db/runners.ts';
import { answerabilitySql } from '../db/selects.ts';
import { asDomainError } from '../errors.ts';
import type { TimedWord } from '../speech/transcriber.ts';
import { consentRequired, refuseUnanswerable } from './access.ts';
import type { InterviewDeps } from './context.ts';
import type { KeptRecording } from './kept-recording.ts';

interface Take {
  userId: string;
  questionId: string;
  kind: 'spoken' | 'typed';
  /** Pending: its transcription is added as work with it. */
  transcriptState: 'pending' | 'done';
  transcript?: string;
  words?: TimedWord[];
  transcribedBy?: string;
  audio?: KeptRecording;
}

/**
 * Adds an answer as the question's next take, in one transaction of plain SQL, for this is on the path of every upload:
 * takes are numbered under a lock on the question, the session cannot end meanwhile, and bytes that are already an
 * answer to it add nothing. Throws a `DomainError` (`not_found`, `session_ended`, `consent_required`, `unavailable`) when
 * it is sure that nothing was added, and anything else when it is not.
 */
export async function addTake({ db, work }: InterviewDeps, take: Take): Promise<{ id: string; isNew: boolean }> {
  const toTranscribe = take.transcriptState === 'pending';
  let committing = false;
  try {
    const added = await onConnection(db.pool, async (client) => {
      await client.query('begin');
      const inserted = await insertTake(client, take);
      if (inserted.isNew && toTranscribe) {
        await work.add('transcribe', [{ id: inserted.id, ownerId: take.userId }], inClient(client));
      }
      committing = true;
      await client.query('commit');
      return inserted;
    });
    if (added.isNew && toTranscribe) work.begin('transcribe');
    return added;
  } catch (error) {
    // Before the commit it is sure that nothing was written; of a commit that got no answer nothing is.
    throw committing ? error : asDomainError(error);
  }
}

/** A connection that cannot even roll back is thrown away, and its transaction with it. */
async function onConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // Told by the query that meets it as well; without a listener it would end the process.
  const lost = () => {};
  client.on('error', lost);
  let good = false;
  try {
    const result = await work(client);
    good = true;
    return result;
  } catch (error) {
    good = await client.query('rollback').then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    client.off('error', lost);
    client.release(!good);
  }
}

async function insertTake(client: pg.PoolClient, take: Take): Promise<{ id: string; isNew: boolean }> {
  const { questionId, audio } = take;
  const { rows } = await client.query<{ state: string; consented: boolean }>({
    name: 'lock-question',
    text: `${answerabilitySql} for share of s for update of q`,
    values: [questionId, take.userId],
  });
  const [session] = rows;
  if (audio && session) {
    const same = await sameRecording(client, questionId, audio.sha256);
    if (same) return { id: same, isNew: false };
  }
  refuseUnanswerable(session);
  if (audio && !session.consented) throw consentRequired();
  if (audio) await insertAudio(client, audio);
  return { id: await insertAnswer(client, take), isNew: true };
}

async function sameRecording(client: pg.PoolClient, questionId: string, sha256: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>({
    name: 'same-recording',
    text: `select a.id from answers a join audio_files f on f.id = a.audio_id
      where a.question_id = $1 and f.sha256 = $2 limit 1`,
    values: [questionId, sha256],
  });
  return rows[0]?.id;
}

async function insertAudio(client: pg.PoolClient, audio: KeptRecording): Promise<void> {
  const { id, kind, userId, storageKey, mimeType, bytes, sha256, durationMs } = audio;
  await client.query({
    name: 'insert-recording',
    text: `insert into audio_files (id, kind, user_id, storage_key, mime_type, bytes, sha256, duration_ms)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [id, kind, userId, storageKey, mimeType, bytes, sha256, durationMs],
  });
}

/** A new take counts, whatever was picked before it. */
async function insertAnswer(client: pg.PoolClient, take: Take): Promise<string> {
  const id = randomUUIDv7();
  const { questionId, kind, audio, transcriptState, transcript = null, words = [], transcribedBy = null } = take;
  await client.query({
    name: 'insert-take',
    text: `with unpicked as (update questions set chosen_answer_id = null where id = $2 and chosen_answer_id is not null)
      insert into answers (id, question_id, take, kind, audio_id, transcript_state, transcript, words, transcribed_by)
      select $1::uuid, $2::uuid, coalesce(max(take), 0) + 1, $3::answer_kind, $4::uuid, $5::transcript_state, $6::text,
        $7::jsonb, $8::text from answers where question_id = $2`,
    values: [
      id,
      questionId,
      kind,
      audio?.id ?? null,
      transcriptState,
      transcript,
      JSON.stringify(words),
      transcribedBy,
    ],
  });
  return id;
}
