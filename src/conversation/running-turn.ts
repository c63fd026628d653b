import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { claimTurn, selectMaterial, type TurnMaterial, type TurnSession } from '../db/turns.ts';
import { DomainError } from '../errors.ts';
import { consentRequired } from '../interview/access.ts';
import { whileKept } from '../interview/account-live-work.ts';
import type { MeasuredTurn } from '../telemetry/turns.ts';
import type { ConversationCaller, ConversationDeps } from './context.ts';
import { isTerminal, type Latency, type TurnEvent, type TurnStage } from './events.ts';
import type { LiveTurn, TurnOutcome } from './live-turns.ts';
import { memoryLimits } from './memory.ts';

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
export interface RunningTurn extends LiveTurn, MeasuredTurn {
  deps: ConversationDeps;
  session: TurnSession;
  /** What was there before: read while the candidate is still being heard. */
  material: Promise<TurnMaterial>;
  signal: AbortSignal;
  /** What the turn is busy with: named when it fails. */
  stage: TurnStage;
  /** Monotonic milliseconds at which the candidate's input was complete. */
  inputEndedAt: number;
  latency: Latency;
  /** Monotonic milliseconds at which the text of the reply was complete; null before. */
  replyEndedAt: number | null;
  publish(event: EventOfTurn): void;
  /** Stores something beside the turn, which does not wait for it. */
  write(work: Promise<unknown>): void;
  /** Resolves once everything is stored so far; rejects with what could not be. */
  written(): Promise<void>;
  /** Ends the turn before its time. */
  abort(reason: unknown): void;
  settle(outcome: TurnOutcome): void;
}

export interface TurnOptions {
  by: Extract<TurnEvent, { type: 'turn-started' }>['by'];
  /** Consent to being recorded is needed. */
  recorded?: boolean;
  /** Is told the turn's events too. */
  observe?: (event: TurnEvent) => void;
}

/** Takes the session's place for a turn. Throws `not_found`, `session_ended`, `consent_required`, or `conflict`. */
export async function openTurn(
  caller: ConversationCaller,
  sessionId: string,
  { by, recorded = false, observe }: TurnOptions,
): Promise<RunningTurn> {
  const { deps, userId } = caller;
  const checked = deps.allowance.require(userId);
  // Nothing is waited for while what the user consumed is known.
  if (checked) await checked;
  using unstarted = new DisposableStack();
  const place = unstarted.use(deps.places.take('turns', userId));
  // Whoever was told of a turn's end may begin the next one at once.
  const before = deps.live.ofSession(sessionId);
  if (before?.ending && before.userId === userId) await before.ended;
  const id = randomUUIDv7();
  const session = await claimPatiently(caller, { turnId: id, sessionId, recorded });
  const stop = new AbortController();
  const ended = Promise.withResolvers<TurnOutcome>();
  const writes: Promise<unknown>[] = [];
  const material = selectMaterial(deps.db.pool, session, memoryLimits.maxMessages + 1);
  // Looked at once the candidate was heard.
  material.catch(() => undefined);
  const turn: RunningTurn = {
    id,
    sessionId,
    userId,
    deps,
    session,
    material,
    audioId: null,
    ending: false,
    signal: stop.signal,
    stage: by === 'speech' ? 'upload' : 'reply',
    by,
    startedAt: performance.now(),
    inputEndedAt: performance.now(),
    replyEndedAt: null,
    outcome: 'failed',
    failedStage: null,
    latency: { transcribedMs: null, firstTokenMs: null, firstPieceMs: null, firstAudioMs: null },
    ended: ended.promise,
    settle: ended.resolve,
    abort: (reason) => stop.abort(reason),
    interrupt: (heardMs) => stop.abort(new Interrupted(heardMs)),
    publish(event) {
      const told = { ...event, turnId: id };
      if (isTerminal(told)) {
        turn.ending = true;
        turn.outcome = told.type === 'turn-failed' ? told.code : told.type.replace('turn-', '');
        turn.failedStage = told.type === 'turn-failed' ? told.stage : null;
      } else if (told.type === 'reply-end') turn.replyEndedAt = performance.now();
      deps.events.publish(sessionId, told);
      observe?.(told);
    },
    write(work) {
      // Looked at by `written`.
      work.catch(() => undefined);
      writes.push(work);
    },
    written: () => Promise.all(writes).then(() => undefined),
  };
  deps.live.add(turn);
  const kept = whileKept(deps, sessionId);
  kept.signal.addEventListener('abort', () => stop.abort(kept.signal.reason));
  unstarted.move();
  void ended.promise.then(() => {
    kept[Symbol.dispose]();
    place[Symbol.dispose]();
  });
  turn.publish({ type: 'turn-started', by });
  return turn;
}

interface Claim {
  turnId: string;
  sessionId: string;
  recorded: boolean;
}

const claimAgainMs = 50;
const claims = 4;

/** A turn that ended elsewhere is told to be over a moment before its row says so. */
async function claimPatiently(caller: ConversationCaller, claim: Claim): Promise<TurnSession> {
  for (let tried = 1; ; tried++) {
    try {
      return await claimSession(caller, claim);
    } catch (error) {
      const elsewhere = error instanceof DomainError && error.code === 'conflict';
      if (!elsewhere || tried === claims || caller.deps.live.ofSession(claim.sessionId)) throw error;
      await sleep(claimAgainMs);
    }
  }
}

const uniqueViolation = z.object({ code: z.literal('23505') });

/** The unique index on running turns closes the race of two turns at once. */
async function claimSession({ deps, userId }: ConversationCaller, claim: Claim): Promise<TurnSession> {
  const leaseUntil = new Date(Date.now() + deps.deadlines.turnMs + 30_000);
  try {
    const found = await claimTurn(deps.db.pool, { ...claim, userId, leaseUntil });
    if (!found) throw new DomainError('not_found', 'There is no such session.');
    // The turn before may have run on another server, whose clock is ahead.
    deps.events.startAfter(claim.sessionId, found.lastEventId);
    if (found.claimed) return found.session;
    if (claim.recorded && !found.session.consented) throw consentRequired();
    throw new DomainError('session_ended', 'This interview has ended. Start a new session to go on talking.');
  } catch (error) {
    if (!uniqueViolation.safeParse(error).success) throw error;
    throw new DomainError('conflict', 'The last turn is still going on. Wait for its end, or interrupt it.', {
      retryAfterMs: 1_000,
    });
  }
}

/** Marks how far the turn is, in milliseconds from the end of the candidate's input. Only the first time counts. */
export function mark(turn: RunningTurn, moment: keyof Latency): void {
  turn.latency[moment] ??= Math.round(performance.now() - turn.inputEndedAt);
}
