import type { ConversationDeps } from './context.ts';

/** Turns whose server died: they end as failed, so that the session is free and every subscriber hears of it. */
export async function failLostTurns({ db, events, live, log }: ConversationDeps): Promise<void> {
  const lost = await db.prisma.turn.findMany({
    where: { state: 'running', leaseUntil: { lt: new Date() } },
    take: 100,
    select: { id: true, sessionId: true },
  });
  for (const { id, sessionId } of lost) {
    // Not dead but slow: it still ends by itself.
    if (live.ofSession(sessionId)?.id === id) continue;
    events.publish(sessionId, {
      type: 'turn-failed',
      turnId: id,
      stage: 'server',
      code: 'unavailable',
      message: 'The server stopped in the middle of this turn. Say it again.',
      retryable: true,
    });
    await events.flush(sessionId);
    await db.prisma.turn.updateMany({
      where: { id, state: 'running' },
      data: { state: 'failed', endedAt: new Date() },
    });
  }
  if (lost.length > 0) log.info({ turns: lost.length }, 'ended turns whose server had died');
}
