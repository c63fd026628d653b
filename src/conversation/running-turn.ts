import { randomUUIDv7 } from 'node:crypto';
import { z } from 'zod';
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

/** Takes the session's place for a turn. Throws `not_found`, `session_ended`, or `conflict` while another one runs. */
export async function openTurn(
  caller: ConversationCaller,
  sessionId: string,
  by: Extract<TurnEvent, { type: 'turn-started' }>['by'],
): Promise<RunningTurn> {
  const { deps, userId } = caller;
  // Whoever was told of a turn's end may begin the next one at once.
  const before = deps.live.ofSession(sessionId);
  if (before?.ending && before.userId === userId) await before.ended;
  const id = await claimSession(caller, sessionId);
  // Read under the claim: the turn before may have moved the interview on.
  const session = await ownedSession(caller, sessionId);
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

const uniqueViolation = z.object({ code: z.literal('23505') });

/** The unique index on running turns closes the race of two turns at once. */
async function claimSession(caller: ConversationCaller, sessionId: string): Promise<string> {
  const { deps, userId } = caller;
  const id = randomUUIDv7();
  const leaseUntil = new Date(Date.now() + deps.deadlines.turnMs + 30_000);
  try {
    const { rowCount } = await deps.db.pool.query({
      name: 'claim-turn',
      text: `insert into turns (id, session_id, lease_until)
        select $1, id, $4 from sessions where id = $2 and user_id = $3 and state = 'active'`,
      values: [id, sessionId, userId, leaseUntil],
    });
    if (rowCount === 1) return id;
  } catch (error) {
    if (!uniqueViolation.safeParse(error).success) throw error;
    throw new DomainError('conflict', 'The last turn is still going on. Wait for its end, or interrupt it.', {
      retryAfterMs: 1_000,
    });
  }
  await ownedSession(caller, sessionId);
  throw new DomainError('session_ended', 'This interview has ended. Start a new session to go on talking.');
}

/** Marks how far the turn is, in milliseconds from the end of the candidate's input. Only the first time counts. */
export function mark(turn: RunningTurn, moment: keyof Latency): void {
  turn.latency[moment] ??= Math.round(performance.now() - turn.inputEndedAt);
}
