import { randomUUID } from 'node:crypto';
import { DomainError } from '../../errors.ts';
import { assertAnswerable } from '../answers.ts';
import type { LiveRecordingCaller, LiveRecordingDeps } from './context.ts';

/** What is known of a recording that is being made. */
export interface RecordingRow {
  id: string;
  questionId: string;
  /** In whose name it is written: whoever took it over has another. */
  holder: string;
  /** Up to this byte the words are known: */
  heardBytes: number;
  transcript: string;
  transcribedBy: string | null;
  userId: string;
  sessionId: string;
  language: string;
  questionText: string;
}

const withSession = { question: { include: { session: true } } } as const;

/** Begins a recording. Throws `not_found`, `session_ended` or `consent_required`. */
export async function createRow(caller: LiveRecordingCaller, questionId: string): Promise<RecordingRow> {
  await assertAnswerable(caller, questionId);
  const data = { questionId, holder: randomUUID() };
  return rowOf(await caller.deps.db.prisma.liveRecording.create({ data, include: withSession }));
}

/** One's own recording, and what became of it. Throws `not_found`. */
export async function findRow({ deps, userId }: LiveRecordingCaller, id: string) {
  const row = await deps.db.prisma.liveRecording.findFirst({
    where: { id, question: { session: { userId } } },
    select: { questionId: true, answerId: true, acknowledgedBytes: true },
  });
  if (!row) throw new DomainError('not_found', 'There is no such recording.');
  return row;
}

/** Takes over a recording from whoever held it. Null when it is gone, has become an answer, or got a byte since `before`. */
export async function claimRow(deps: LiveRecordingDeps, id: string, before?: Date): Promise<RecordingRow | null> {
  const { prisma } = deps.db;
  const unfinished = { id, answerId: null, ...(before && { updatedAt: { lt: before } }) };
  const { count } = await prisma.liveRecording.updateMany({ where: unfinished, data: { holder: randomUUID() } });
  const row = count === 0 ? null : await prisma.liveRecording.findUnique({ where: { id }, include: withSession });
  return row && rowOf(row);
}

/** Whether it was still ours. */
export async function updateRow(
  { db }: LiveRecordingDeps,
  { id, holder }: RecordingRow,
  data: {
    acknowledgedBytes?: number;
    heardBytes?: number;
    transcript?: string;
    transcribedBy?: string | null;
    answerId?: string;
  },
): Promise<boolean> {
  const { count } = await db.prisma.liveRecording.updateMany({ where: { id, holder }, data });
  return count > 0;
}

/** Of a recording that can never be an answer: nothing of it is left. */
export async function deleteRecording({ db, spool }: LiveRecordingDeps, id: string): Promise<void> {
  await db.prisma.liveRecording.deleteMany({ where: { id } });
  await spool.remove(id);
}

interface StoredRow extends Omit<RecordingRow, 'userId' | 'sessionId' | 'language' | 'questionText'> {
  question: { text: string; session: { id: string; userId: string; language: string } };
}

function rowOf({ question, ...row }: StoredRow): RecordingRow {
  const { id: sessionId, userId, language } = question.session;
  const { id, questionId, holder, heardBytes, transcript, transcribedBy } = row;
  const own = { id, questionId, holder, heardBytes, transcript, transcribedBy };
  return { ...own, userId, sessionId, language, questionText: question.text };
}

/** Whose it is now: a guest may have signed up meanwhile. Throws `not_found`. */
export async function ownerOf({ db }: LiveRecordingDeps, id: string): Promise<string> {
  const row = await db.prisma.liveRecording.findUnique({ where: { id }, include: withSession });
  if (!row) throw new DomainError('not_found', 'There is no such recording.');
  return row.question.session.userId;
}
