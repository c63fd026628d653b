import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../errors.ts';
import type { ConversationDeps } from './context.ts';
import type { TurnOutcome } from './live-turns.ts';

const lookEveryMs = 50;
/** More than a server needs that is alive, and as long as anybody waits. */
const patienceMs = 3_000;

/**
 * Interrupts the turn that runs in a session, on whichever server, and waits until it is put away. Null when none runs.
 * Throws `unavailable` when the server that runs it does not answer within 3 s.
 */
export async function stopTurn(
  deps: ConversationDeps,
  sessionId: string,
  heardMs: number,
): Promise<{ turnId: string; outcome: TurnOutcome } | null> {
  const here = deps.live.ofSession(sessionId);
  if (here) {
    here.interrupt(heardMs);
    // It may have come to its end just before.
    return { turnId: here.id, outcome: await here.ended };
  }
  const running = { sessionId, state: 'running' as const };
  const elsewhere = await deps.db.prisma.turn.findFirst({ where: running, select: { id: true } });
  if (!elsewhere) return null;
  return { turnId: elsewhere.id, outcome: await stopElsewhere(deps, { turnId: elsewhere.id, sessionId, heardMs }) };
}

interface Stopping {
  turnId: string;
  sessionId: string;
  heardMs: number;
}

/** Asks and looks again and again: what is told could be missed, and the turn may have its row but not have begun yet. */
async function stopElsewhere(deps: ConversationDeps, { turnId, sessionId, heardMs }: Stopping): Promise<TurnOutcome> {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const here = deps.live.ofSession(sessionId);
    if (here?.id === turnId) {
      here.interrupt(heardMs);
      return here.ended;
    }
    deps.live.interruptElsewhere(turnId, heardMs);
    await sleep(lookEveryMs);
    const turn = await deps.db.prisma.turn.findUnique({ where: { id: turnId }, select: { state: true } });
    // Its session was deleted meanwhile.
    if (!turn) return 'failed';
    if (turn.state !== 'running') return turn.state;
  }
  throw new DomainError(
    'unavailable',
    'The server that speaks this reply does not answer. Try again in a moment; its turn ends by itself.',
    { retryAfterMs: 5_000 },
  );
}
