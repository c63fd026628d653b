import type { InterviewDeps } from '../interview/context.ts';
import type { WorkItem, WorkKind } from '../interview/work.ts';
import type { JobQueue } from './queue.ts';

const atOnce = 1_000;

/**
 * Adds work for rows that wait for it although there is none: an earlier version of this server left them, or somebody
 * emptied the queue. Rows first, then jobs: what was done in between does nothing when it is added again.
 */
export async function reconcileWork({ db, log }: InterviewDeps, queue: JobQueue): Promise<void> {
  const { prisma, pool } = db;
  const owner = { session: { select: { userId: true } } } as const;
  const answers = await prisma.answer.findMany({
    where: { transcriptState: 'pending' },
    take: atOnce,
    select: { id: true, question: { select: owner } },
  });
  const questions = await prisma.question.findMany({
    where: { speechState: 'pending' },
    take: atOnce,
    select: { id: true, ...owner },
  });
  const sessions = await prisma.session.findMany({
    where: { evaluationState: 'running' },
    take: atOnce,
    select: { id: true, userId: true },
  });
  const waiting: [WorkKind, WorkItem[]][] = [
    ['transcribe', answers.map(({ id, question }) => ({ id, ownerId: question.session.userId }))],
    ['speak', questions.map(({ id, session }) => ({ id, ownerId: session.userId }))],
    ['evaluate', sessions.map(({ id, userId }) => ({ id, ownerId: userId }))],
  ];
  for (const [kind, items] of waiting) {
    if (items.length === 0) continue;
    const present = await queue.present(kind);
    const missing = items.filter(({ id }) => !present.has(id));
    if (missing.length === 0) continue;
    await queue.add(kind, missing, { executeSql: (text, values) => pool.query(text, values) });
    queue.begin(kind);
    log.info({ kind, items: missing.length }, 'added work that was waited for but not there');
  }
}
