import type { Prisma } from '../db/generated/client.ts';
import { inPrisma } from '../db/runners.ts';
import type { InterviewDeps } from './context.ts';

/** Stores a session with its questions, and in the same transaction the work of speaking those that are pending. */
export async function insertSession(
  { db, work }: InterviewDeps,
  data: Prisma.SessionUncheckedCreateInput,
): Promise<{ id: string }> {
  const { id, toSpeak } = await db.prisma.$transaction(async (tx) => {
    const created = await tx.session.create({ data, select: { id: true } });
    const pending = await tx.question.findMany({
      where: { sessionId: created.id, speechState: 'pending' },
      orderBy: { position: 'asc' },
      select: { id: true },
    });
    const items = pending.map((question) => ({ id: question.id, ownerId: data.userId }));
    if (items.length > 0) await work.add('speak', items, inPrisma(tx));
    return { id: created.id, toSpeak: items.length > 0 };
  });
  if (toSpeak) work.begin('speak');
  return { id };
}
