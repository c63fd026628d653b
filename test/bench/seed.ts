import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../src/db/client.ts';

const words =
  'In my last job I led a migration of the payment service to TypeScript and cut the error rate by forty percent.';
const timedWords = words.split(' ').map((word, index) => ({ word, startMs: index * 300, endMs: index * 300 + 280 }));
const signals = ['a concrete example', 'a measured result', 'their own part in it'].map((description, index) => ({
  id: `s${index + 1}`,
  description,
  weight: 1,
}));

/** A session whose questions were spoken before. */
export async function createSession(
  db: Database,
  userId: string,
  questionCount: number,
): Promise<{ sessionId: string; questionIds: string[] }> {
  const { id: sessionId, questions } = await db.prisma.session.create({
    data: {
      userId,
      jobDescription: 'Senior TypeScript developer for payment APIs on Node.js and PostgreSQL. '.repeat(5).trim(),
      difficulty: 'medium',
      voice: 'nova',
      language: 'en',
      questionCount,
      averageScore: 72,
      evaluationState: 'complete',
      questions: {
        create: Array.from({ length: questionCount }, (_, index) => ({
          position: index + 1,
          text: `Tell me about a time when you had to change your mind about a design decision (${index + 1}).`,
          category: 'behavioral' as const,
          difficulty: 'medium' as const,
          tips: 'Name the situation, what you did, and what came of it.',
          expectedAnswerFocus: 'Whether they learn from evidence.',
          expectedSignals: signals,
          speechState: 'ready' as const,
        })),
      },
    },
    include: { questions: { orderBy: { position: 'asc' } } },
  });
  return { sessionId, questionIds: questions.map((question) => question.id) };
}

/** The row of a recording, whether or not there is one. */
function audioRow(userId: string, bytes: number) {
  const id = randomUUID();
  const sha256 = randomBytes(32).toString('hex');
  const storageKey = `answers/${id}.mp3`;
  return { id, kind: 'answer' as const, userId, storageKey, mimeType: 'audio/mpeg', bytes, sha256, durationMs: 60_000 };
}

export interface History {
  questionIds: string[];
  answerIds: string[];
}

/** Past interviews: each question answered aloud, transcribed and scored. */
export async function seedHistory(
  db: Database,
  { userId, sessions, answers }: { userId: string; sessions: number; answers: number },
): Promise<History> {
  const questionIds: string[] = [];
  for (let session = 0; session < sessions; session++) {
    questionIds.push(...(await createSession(db, userId, answers)).questionIds);
  }
  const taken = questionIds.map((questionId) => ({ questionId, id: randomUUID(), audio: audioRow(userId, 1_000_000) }));
  await db.prisma.audioFile.createMany({ data: taken.map(({ audio }) => audio) });
  await db.prisma.answer.createMany({
    data: taken.map(({ questionId, id, audio }) => ({
      id,
      questionId,
      take: 1,
      kind: 'spoken' as const,
      audioId: audio.id,
      transcriptState: 'done' as const,
      transcript: words,
      confidence: 0.9,
      words: timedWords,
    })),
  });
  await db.prisma.evaluation.createMany({
    data: taken.map(({ id }) => ({ answerId: id, outcome: 'done' as const, score: 72 })),
  });
  // As autovacuum does before long: without statistics PostgreSQL takes every table for empty.
  await db.pool.query('vacuum analyze');
  return { questionIds, answerIds: taken.map(({ id }) => id) };
}

/** Recordings of random bytes, because serving does not look inside. Returns their ids. */
export async function seedFiles(
  db: Database,
  { root, userId, files, bytes }: { root: string; userId: string; files: number; bytes: number },
): Promise<string[]> {
  const rows = Array.from({ length: files }, () => audioRow(userId, bytes));
  await mkdir(join(root, 'answers'), { recursive: true });
  for (const { storageKey } of rows) await writeFile(join(root, storageKey), randomBytes(bytes));
  await db.prisma.audioFile.createMany({ data: rows });
  return rows.map(({ id }) => id);
}

/** Questions that wait for an answer, as many as one likes: every upload gets one of its own. */
export async function* freshQuestions(db: Database, userId: string): AsyncGenerator<string, never> {
  for (;;) yield* (await createSession(db, userId, 20)).questionIds;
}
