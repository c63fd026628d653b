import type { Database } from '../db/client.ts';
import type { ConversationDeps } from './context.ts';
import { isTerminal, type TurnEvent, turnEventSchema } from './events.ts';

const takenForMs = 30_000;

/**
 * Turns whose server died: they end as failed, so that the session is free and every subscriber hears of it. Each is
 * ended by one of the servers that find it.
 */
export async function failLostTurns({ db, events, live, log }: ConversationDeps): Promise<void> {
  const given = { state: 'running' as const, leaseUntil: { lt: new Date() } };
  const lost = await db.prisma.turn.findMany({
    where: given,
    take: 100,
    select: { id: true, sessionId: true, startedAt: true, session: { select: { userId: true } } },
  });
  for (const { id, sessionId, startedAt, session } of lost) {
    // Not dead but slow: it still ends by itself.
    if (live.ofSession(sessionId)?.id === id) continue;
    const leaseUntil = new Date(Date.now() + takenForMs);
    const taken = await db.prisma.turn.updateMany({ where: { ...given, id }, data: { leaseUntil } });
    if (taken.count === 0) continue;
    const last = await db.prisma.turnEvent.findFirst({ where: { sessionId }, orderBy: { id: 'desc' } });
    const told = last?.turnId === id ? turnEventSchema.parse(last.event) : null;
    if (!told || !isTerminal(told)) {
      events.startAfter(sessionId, Number(last?.id ?? 0));
      events.publish(sessionId, {
        type: 'turn-failed',
        turnId: id,
        stage: 'server',
        code: 'unavailable',
        message: 'The server stopped in the middle of this turn. Say it again.',
        retryable: true,
      });
      await events.flush(sessionId);
    }
    await keepSound(db, { id, sessionId, startedAt, userId: session.userId });
    await db.prisma.turn.updateMany({
      where: { id, state: 'running' },
      data: { state: stateAfter(told), endedAt: new Date() },
    });
  }
  if (lost.length > 0) log.info({ turns: lost.length }, 'ended turns whose server had died');
}

/** As it was told, when the server died between the two. A reply that was given in writing only ends its turn. */
function stateAfter(told: TurnEvent | null): 'ended' | 'failed' | 'interrupted' {
  if (told?.type === 'turn-ended') return 'ended';
  if (told?.type === 'turn-interrupted') return 'interrupted';
  return told?.type === 'turn-failed' && told.stage === 'speech' ? 'ended' : 'failed';
}

interface LostTurn {
  id: string;
  sessionId: string;
  userId: string;
  startedAt: Date;
}

/**
 * A recording that was acknowledged and not yet understood: it becomes a message without words, as in a turn that fails in
 * order. Left alone while the user has another turn running, whose recording it may be.
 */
async function keepSound({ prisma }: Database, { id, sessionId, userId, startedAt }: LostTurn): Promise<void> {
  const others = await prisma.turn.count({ where: { state: 'running', id: { not: id }, session: { userId } } });
  if (others > 0) return;
  const sound = await prisma.audioFile.findFirst({
    where: { kind: 'answer', userId, answer: null, message: null, createdAt: { gte: startedAt } },
    orderBy: { id: 'desc' },
    select: { id: true },
  });
  if (!sound) return;
  await prisma.message.create({ data: { sessionId, turnId: id, role: 'candidate', text: '', audioId: sound.id } });
}
