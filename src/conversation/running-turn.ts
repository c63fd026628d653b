import { Prisma } from '../db/generated/client.ts';
import { DomainError } from '../errors.ts';
import { ownedSession } from '../interview/access.ts';
import type { ConversationCaller, ConversationDeps } from './context.ts';
import { isTerminal, type Latency, type TurnEvent, type TurnStage } from './events.ts';
import type { LiveTurn, TurnOutcome } from './live-turns.ts';

type WithoutTurn<Event> = Event extends TurnEvent ? Omit<Event, 'turnId'> : never;
export type EventOfTurn = WithoutTurn<TurnEvent>;

/** The candidate began to speak: everything upstream stops, and what was said so far stays. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly heardMs: number;

  constructor(heardMs: number) {
    super('interrupted by the candidate');
    this.heardMs = heardMs;
  }
}

/** A turn while it runs. Its row holds the session's only place for one. */
export interface RunningTurn extends LiveTurn {
  deps: ConversationDeps;
  session: Awaited<ReturnType<typeof ownedSession>>;
  signal: AbortSignal;
  /** What the turn is busy with: named when it fails. */
  stage: TurnStage;
  /** Monotonic milliseconds at which the candidate's input was complete. */
  inputEndedAt: number;
  latency: Latency;
  publish(event: EventOfTurn): void;
  /** Ends the turn before its time. */
  abort(reason: unknown): void;
  settle(outcome: TurnOutcome): void;
}

export async function openTurn(
  caller: ConversationCaller,
  sessionId: string,
  by: 'speech' | 'text' | 'opening',
): Promise<RunningTurn> {
  const { deps, userId } = caller;
  // Whoever was told of a turn's end may begin the next one at once.
  const before = deps.live.ofSession(sessionId);
  if (before?.ending && before.userId === userId) await before.ended;
  const session = await ownedSession(caller, sessionId);
  if (session.state === 'ended') {
    throw new DomainError('session_ended', 'This interview has ended. Start a new session to go on talking.');
  }
  const id = await claimSession(deps, sessionId);
  const stop = new AbortController();
  const ended = Promise.withResolvers<TurnOutcome>();
  const turn: RunningTurn = {
    id,
    sessionId,
    userId,
    deps,
    session,
    audioId: null,
    ending: false,
    signal: stop.signal,
    stage: by === 'speech' ? 'upload' : 'reply',
    inputEndedAt: performance.now(),
    latency: { transcribedMs: null, firstTokenMs: null, firstPieceMs: null, firstAudioMs: null },
    ended: ended.promise,
    settle: ended.resolve,
    abort: (reason) => stop.abort(reason),
    interrupt: (heardMs) => stop.abort(new Interrupted(heardMs)),
    publish(event) {
      const told = { ...event, turnId: id };
      if (isTerminal(told)) turn.ending = true;
      deps.events.publish(sessionId, told);
    },
  };
  deps.live.add(turn);
  turn.publish({ type: 'turn-started', by });
  return turn;
}

/** The unique index on running turns closes the race of two turns at once. */
async function claimSession({ db, deadlines }: ConversationDeps, sessionId: string): Promise<string> {
  const leaseUntil = new Date(Date.now() + deadlines.turnMs + 30_000);
  try {
    return (await db.prisma.turn.create({ data: { sessionId, leaseUntil }, select: { id: true } })).id;
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')) throw error;
    throw new DomainError('conflict', 'The last turn is still going on. Wait for its end, or interrupt it.', {
      retryAfterMs: 1_000,
    });
  }
}

/** Marks how far the turn is, in milliseconds from the end of the candidate's input. Only the first time counts. */
export function mark(turn: RunningTurn, moment: keyof Latency): void {
  turn.latency[moment] ??= Math.round(performance.now() - turn.inputEndedAt);
}
