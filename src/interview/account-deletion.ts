import { z } from 'zod';
import type { Prisma } from '../db/generated/client.ts';
import { type DeletionDeps, endLiveWork, interviewDeleted, tellDeleted } from './account-live-work.ts';
import type { InterviewDeps } from './context.ts';
import { forgetAudio, removeFiles, removeUnusedAudio, storageKeyOf } from './stored-audio.ts';
import type { WorkKind } from './work.ts';

const count = z.number().int().nonnegative();
/** What was deleted, told after looking that it is gone. */
export const deletionSchema = z.object({
  deleted: z.literal(true),
  sessions: count,
  questions: count,
  /** Every take. */
  answers: count,
  evaluations: count,
  messages: count,
  /** Sound files; speech of a question that somebody else is asked in the same words is not among them. */
  files: count,
  /** Files that the storage did not let go of. Nobody can reach them any more, and the server tries again by itself. */
  filesLeft: count,
});
export type Deletion = z.output<typeof deletionSchema>;

/** What hangs on sessions that are deleted. */
export interface SessionContents {
  sessionIds: string[];
  answerIds: string[];
  recordingIds: string[];
  uploadIds: string[];
  audioIds: string[];
  /** Of whatever waits to be done. */
  work: Record<WorkKind, string[]>;
  counts: Pick<Deletion, 'sessions' | 'questions' | 'answers' | 'evaluations' | 'messages'>;
}

/** Nothing new begins in them from now on: no turn, no answer, no recording. */
export async function closeSessions({ db }: InterviewDeps, where: Prisma.SessionWhereInput): Promise<string[]> {
  const { prisma } = db;
  await prisma.session.updateMany({
    where: { ...where, state: 'active' },
    data: { state: 'ended', endedAt: new Date() },
  });
  const sessions = await prisma.session.findMany({ where, select: { id: true } });
  return sessions.map(({ id }) => id);
}

/** Ends what goes on in the sessions here. What goes on elsewhere ends once the rows are gone. */
export async function endSessionsWork(deps: DeletionDeps, sessionIds: string[]): Promise<void> {
  for (const sessionId of sessionIds) {
    const recordings = await deps.db.prisma.liveRecording.findMany({
      where: { question: { sessionId }, answerId: null },
      select: { id: true },
    });
    await endLiveWork(
      deps,
      sessionId,
      recordings.map(({ id }) => id),
    );
  }
}

/** Inside the transaction that deletes them, so that the counts are those of what is deleted. */
export async function lockContents(tx: Prisma.TransactionClient, sessionIds: string[]): Promise<SessionContents> {
  // Whatever refers to these rows waits for them (foreign keys), and then finds them gone.
  await tx.$queryRaw`select 1 from sessions where id = any(${sessionIds}::uuid[]) order by id for update`;
  await tx.$queryRaw`select 1 from questions where session_id = any(${sessionIds}::uuid[]) order by id for update`;
  const inSessions = { sessionId: { in: sessionIds } };
  const questions = await tx.question.findMany({
    where: inSessions,
    select: { id: true, audioId: true, speechState: true },
  });
  const answers = await tx.answer.findMany({
    where: { question: inSessions },
    select: { id: true, audioId: true, transcriptState: true, evaluation: { select: { id: true } } },
  });
  const messages = await tx.message.findMany({ where: inSessions, select: { audioId: true } });
  const recordings = await tx.liveRecording.findMany({ where: { question: inSessions }, select: { id: true } });
  const uploads = await tx.resumableUpload.findMany({ where: { question: inSessions }, select: { id: true } });
  const audioIds = [...questions, ...answers, ...messages].flatMap(({ audioId }) => audioId ?? []);
  return {
    sessionIds,
    answerIds: answers.map(({ id }) => id),
    recordingIds: recordings.map(({ id }) => id),
    uploadIds: uploads.map(({ id }) => id),
    audioIds: [...new Set(audioIds)],
    work: {
      transcribe: answers.filter(({ transcriptState }) => transcriptState === 'pending').map(({ id }) => id),
      speak: questions.filter(({ speechState }) => speechState === 'pending').map(({ id }) => id),
      evaluate: sessionIds,
    },
    counts: {
      sessions: sessionIds.length,
      questions: questions.length,
      answers: answers.length,
      evaluations: answers.filter(({ evaluation }) => evaluation).length,
      messages: messages.length,
    },
  };
}

interface Cleared {
  removed: number;
  /** Names of what stays. */
  left: string[];
}

/** After the rows: whoever watches hears of it, and the sound goes, of recordings that were being made as well. */
export async function clearAfter(deps: DeletionDeps, contents: SessionContents): Promise<Cleared> {
  for (const sessionId of contents.sessionIds) {
    deps.events.forget(sessionId);
    tellDeleted(deps, sessionId, contents.answerIds);
  }
  for (const kind of ['transcribe', 'speak', 'evaluate'] as const) await deps.work.drop(kind, contents.work[kind]);
  const stays = await removeSpooled(deps, contents.recordingIds);
  const removal = await removeUnusedAudio(deps, contents.audioIds);
  const parts = await removeParts(deps, contents.uploadIds);
  return { removed: removal.removed, left: [...removal.left, ...stays, ...parts] };
}

/** Answers that had not arrived whole; those that stay are found by the sweep of uploads. */
async function removeParts(deps: DeletionDeps, uploadIds: string[]): Promise<string[]> {
  const removals = await Promise.allSettled(uploadIds.map((id) => deps.partials.remove(id)));
  return uploadIds.filter((id, index) => {
    const removal = removals[index];
    if (removal?.status !== 'rejected') return false;
    deps.log.error({ err: removal.reason, uploadId: id }, 'a part of a deleted answer could not be removed yet');
    return true;
  });
}

/** Answers while they were recorded; those that stay are found by the sweep of abandoned recordings. */
async function removeSpooled(deps: DeletionDeps, recordingIds: string[]): Promise<string[]> {
  const left: string[] = [];
  for (const id of recordingIds) {
    try {
      // It may have been begun while the others were ended.
      await deps.recorders.end(id, interviewDeleted());
      await deps.spool.remove(id);
    } catch (error) {
      deps.log.error({ err: error, recordingId: id }, 'the sound of a deleted recording could not be removed yet');
      left.push(id);
    }
  }
  return left;
}

/**
 * Deletes everything of one of the user's sessions. Its usage stays booked to the user, who sees what was consumed, and
 * nothing of what was said. Throws when afterwards something is still there.
 */
export async function eraseSession(deps: DeletionDeps, id: string): Promise<Deletion> {
  const { prisma } = deps.db;
  await endSessionsWork(deps, await closeSessions(deps, { id }));
  const contents = await prisma.$transaction(async (tx) => {
    const held = await lockContents(tx, [id]);
    const { count: deleted } = await tx.session.deleteMany({ where: { id } });
    return { ...held, counts: { ...held.counts, sessions: deleted } };
  });
  const { removed, left } = await clearAfter(deps, contents);
  const rowsLeft = await prisma.session.count({ where: { id } });
  if (rowsLeft > 0) throw new Error('a session is still there after its deletion');
  return { deleted: true, ...contents.counts, files: removed, filesLeft: left.length };
}

/**
 * Deletes a user with everything that is theirs, the devices that are signed in included. Throws when afterwards
 * something is still there.
 */
export async function eraseUser(deps: DeletionDeps, userId: string): Promise<Deletion> {
  const { prisma } = deps.db;
  await deps.realtime.calls.endAll(userId);
  await endSessionsWork(deps, await closeSessions(deps, { userId }));
  const owner = `user:${userId}`;
  const { contents, own } = await prisma.$transaction(async (tx) => {
    // Rows that refer to the user wait, and then fail: none can arrive after these were counted.
    await tx.$queryRaw`select 1 from users where id = ${userId}::uuid for update`;
    const sessions = await tx.session.findMany({ where: { userId }, select: { id: true } });
    const held = await lockContents(
      tx,
      sessions.map(({ id }) => id),
    );
    const files = await tx.audioFile.findMany({ where: { userId }, select: { id: true, storageKey: true } });
    await tx.user.deleteMany({ where: { id: userId } });
    await tx.assistantMessage.deleteMany({ where: { owner } });
    await tx.idempotencyKey.deleteMany({ where: { owner } });
    return { contents: held, own: files };
  });
  const shared = await clearAfter(deps, contents);
  const theirs = await removeFiles(deps, own.map(storageKeyOf));
  forgetAudio(
    deps,
    own.map(({ id }) => id),
  );
  await verifyErased(deps, userId, owner);
  const filesLeft = shared.left.length + theirs.left.length;
  return { deleted: true, ...contents.counts, files: shared.removed + theirs.removed, filesLeft };
}

/** What has no foreign key may have been written by a request that was under way: then it goes now. */
async function verifyErased({ db, log }: DeletionDeps, userId: string, owner: string): Promise<void> {
  const { prisma } = db;
  const late = [
    await prisma.assistantMessage.deleteMany({ where: { owner } }),
    await prisma.idempotencyKey.deleteMany({ where: { owner } }),
  ];
  if (late.some(({ count: rows }) => rows > 0)) log.info({ userId }, 'deleted what came while an account was deleted');
  const where = { userId };
  const left = await Promise.all([
    prisma.user.count({ where: { id: userId } }),
    prisma.login.count({ where }),
    prisma.cv.count({ where }),
    prisma.session.count({ where }),
    prisma.audioFile.count({ where }),
    prisma.usage.count({ where }),
    prisma.consentEntry.count({ where }),
    prisma.assistantMessage.count({ where: { owner } }),
    prisma.idempotencyKey.count({ where: { owner } }),
  ]);
  if (left.some((rows) => rows > 0)) throw new Error('something of an account is still there after its deletion');
}
