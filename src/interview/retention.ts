import { DomainError } from '../errors.ts';
import type { InterviewDeps } from './context.ts';
import { forgetAudio, removeFiles, removeUnusedAudio, storageKeyOf } from './stored-audio.ts';

/*
 * How long sound is kept (AUDIO_RETENTION_DAYS). Transcripts, word timings and evaluations stay; so does the row of each
 * file, marked as gone, so that whoever asks for the sound is told what became of it (`gone`). What questions sound like
 * is nobody's data, and stays as long as a question needs it.
 *
 *   N days   what candidates recorded is deleted N days after it was recorded
 *   0        an answer's recording is deleted as soon as its transcript is there, or no words were found in it; one that
 *            could not be transcribed a day after it was recorded, so that it can be tried again until then. In a
 *            conversation, what was said is deleted once its turn is over, and what the interviewer said once a later
 *            turn is over, which shows that it was heard, and after an hour in any case.
 */

const dayMs = 86_400_000;
const atOnce = 200;
const failedForMs = dayMs;
const unheardForMs = 3_600_000;

export const keepsNothing = ({ limits }: Pick<InterviewDeps, 'limits'>) => limits.audioRetentionDays === 0;

const lost =
  'The recording could not be transcribed within a day, and was deleted, for this server keeps none. Record it again, or type the answer.';

/** For a recording that cannot be transcribed again. */
export const recordingGone = () =>
  new DomainError(
    'gone',
    'This recording was deleted, so it cannot be transcribed again. Record it again, or type it.',
  );

interface File {
  id: string;
  storageKey: string;
}

/** Deletes the recording of one answer if it is not needed any more. Does nothing where recordings are kept. */
export async function letGoOfRecording(deps: InterviewDeps, answerId: string): Promise<void> {
  if (!keepsNothing(deps)) return;
  const answer = await deps.db.prisma.answer.findFirst({
    where: { id: answerId, transcriptState: { in: ['done', 'no_speech'] } },
    select: { audio: { select: { id: true, storageKey: true, goneAt: true } } },
  });
  if (answer?.audio && !answer.audio.goneAt) await deleteSound(deps, [answer.audio]);
}

/** Deletes what has been kept for long enough. Run it daily; every minute where nothing is kept. Returns how many files. */
export async function sweepSound(deps: InterviewDeps, signal?: AbortSignal): Promise<number> {
  const days = deps.limits.audioRetentionDays;
  if (days === null) return 0;
  const removed =
    days === 0
      ? await sweepSpent(deps, signal)
      : await sweep(deps, { kind: 'answer', createdAt: { lt: ago(days * dayMs) } }, signal);
  if (removed > 0) deps.log.info({ removed, days }, 'deleted recordings past their retention');
  return removed;
}

const ago = (ms: number) => new Date(Date.now() - ms);

async function sweepSpent(deps: InterviewDeps, signal?: AbortSignal): Promise<number> {
  const over = { turn: { state: { not: 'running' as const } } };
  const transcribed = await sweep(
    deps,
    { kind: 'answer', answer: { transcriptState: { in: ['done', 'no_speech'] } } },
    signal,
  );
  const failed = await sweepFailed(deps, signal);
  const said = await sweep(deps, { kind: 'answer', message: over }, signal);
  return transcribed + failed + said + (await sweepReplies(deps, signal));
}

type Where = NonNullable<NonNullable<Parameters<InterviewDeps['db']['prisma']['audioFile']['findMany']>[0]>['where']>;

async function sweep(deps: InterviewDeps, where: Where, signal?: AbortSignal): Promise<number> {
  let removed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const files = await deps.db.prisma.audioFile.findMany({ where: { ...where, goneAt: null }, take: atOnce });
    const gone = await deleteSound(deps, files);
    removed += gone;
    // What the storage does not let go of is tried again by the next sweep.
    if (files.length < atOnce || gone < files.length) return removed;
  }
}

/** Without its hash, so that the same recording sent once more is a new take and not this one. */
async function sweepFailed(deps: InterviewDeps, signal?: AbortSignal): Promise<number> {
  const { prisma } = deps.db;
  const failed = { kind: 'answer' as const, answer: { transcriptState: 'failed' as const } };
  const removed = await sweep(deps, { ...failed, createdAt: { lt: ago(failedForMs) } }, signal);
  if (removed === 0) return 0;
  const gone = { audio: { goneAt: { not: null }, sha256: { not: '' } } };
  await prisma.answer.updateMany({ where: { transcriptState: 'failed', ...gone }, data: { failure: lost } });
  await prisma.audioFile.updateMany({ where: { ...failed, goneAt: { not: null } }, data: { sha256: '' } });
  return removed;
}

async function sweepReplies(deps: InterviewDeps, signal?: AbortSignal): Promise<number> {
  const { rows } = await deps.db.pool.query<File>(
    `select f.id, f.storage_key as "storageKey" from audio_files f join messages m on m.audio_id = f.id
      where f.kind = 'reply' and f.gone_at is null and exists (
        select 1 from turns t where t.session_id = m.session_id and t.id > m.turn_id and t.state <> 'running')`,
  );
  const heard = await deleteSound(deps, rows);
  return heard + (await sweep(deps, { kind: 'reply', createdAt: { lt: ago(unheardForMs) } }, signal));
}

/** First the bytes: a crash in between leaves a row that says too much, which the next sweep corrects. */
async function deleteSound(deps: InterviewDeps, files: readonly File[]): Promise<number> {
  const { left } = await removeFiles(deps, files.map(storageKeyOf));
  const stays = new Set<string>(left);
  const ids = files.filter(({ storageKey }) => !stays.has(storageKey)).map(({ id }) => id);
  await deps.db.prisma.audioFile.updateMany({ where: { id: { in: ids } }, data: { goneAt: new Date() } });
  forgetAudio(deps, ids);
  return ids.length;
}

/**
 * Removes what a deletion left that raced with something being written: sound that nothing points to an hour after it
 * was made, and what users who are gone talked about with the assistant. Run it daily. Returns how many files.
 */
export async function removeStrays(deps: InterviewDeps, signal?: AbortSignal): Promise<number> {
  const { prisma, pool } = deps.db;
  let removed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const strays = await prisma.audioFile.findMany({
      where: {
        createdAt: { lt: ago(unheardForMs) },
        OR: [
          { kind: 'answer', answer: null, message: null },
          { kind: 'question', questions: { none: {} } },
        ],
      },
      take: atOnce,
      select: { id: true },
    });
    const removal = await removeUnusedAudio(
      deps,
      strays.map(({ id }) => id),
    );
    removed += removal.removed;
    if (strays.length < atOnce) break;
  }
  await pool.query(`delete from assistant_messages a where a.owner like 'user:%'
    and not exists (select 1 from users u where 'user:' || u.id = a.owner)`);
  if (removed > 0) deps.log.info({ removed }, 'removed sound that nothing pointed to any more');
  return removed;
}
