import { endTurn } from '../db/turns.ts';
import { asDomainError, DomainError } from '../errors.ts';
import type { ChatMessage } from '../llm/chat-model.ts';
import { concludeInterview } from './conclusion.ts';
import { heardText } from './heard.ts';
import { keepReply } from './kept-reply.ts';
import type { TurnOutcome } from './live-turns.ts';
import { type HeardWords, type Plan, planMove } from './plan.ts';
import { type SpokenReply, speakReply } from './reply.ts';
import { Interrupted, type RunningTurn } from './running-turn.ts';

export type Hear = (turn: RunningTurn) => Promise<HeardWords | null>;

/** Says what is planned: `speakReply` by writing and speaking it, a Realtime session by itself. */
export type Reply = (turn: RunningTurn, messages: ChatMessage[]) => Promise<SpokenReply>;

/**
 * One turn: hear, decide, reply aloud. Events are published as it goes, and always one terminal event: ended,
 * interrupted or failed, with what was already said kept.
 */
export async function runTurn(turn: RunningTurn, hear: Hear, reply: Reply = speakReply): Promise<void> {
  const overdue = setTimeout(() => {
    turn.abort(new DomainError('upstream_timeout', 'This turn took too long and was ended. Say it again.'));
  }, turn.deps.deadlines.turnMs);
  await turn.deps.telemetry.turn(turn, async () => {
    let outcome: TurnOutcome = 'failed';
    try {
      outcome = await hearAndReply(turn, hear, reply);
    } catch (error) {
      outcome = endEarly(turn, turn.signal.aborted ? turn.signal.reason : error);
    } finally {
      clearTimeout(overdue);
      await close(turn, outcome);
    }
  });
}

async function hearAndReply(turn: RunningTurn, hear: Hear, reply: Reply): Promise<TurnOutcome> {
  const heard = await hear(turn);
  turn.stage = 'reply';
  const plan = await planMove(turn, heard);
  const spoken = await reply(turn, plan.messages);
  await turn.written();
  const interruption = spoken.error instanceof Interrupted ? spoken.error : null;
  const heardPart = interruption && heardText(spoken.pieces, interruption.heardMs, turn.session.language);
  await keepReply(turn, spoken, { heardText: heardPart, interviewState: stateAfter(plan, spoken, heardPart) });
  if (spoken.error) return endEarly(turn, spoken.error, heardPart);
  if (plan.interviewOver) await concludeInterview(turn);
  if (spoken.unspoken) {
    turn.stage = 'speech';
    endEarly(turn, spoken.unspoken);
    // The reply was given in writing: the interview goes on from it.
    return 'ended';
  }
  turn.publish({
    type: 'turn-ended',
    audioPartial: spoken.partial,
    interviewOver: plan.interviewOver,
    latency: turn.latency,
  });
  return 'ended';
}

/** A reply that failed was no move: it is made again. One that was interrupted was given, if anything of it was heard. */
function stateAfter(plan: Plan, { error }: SpokenReply, heardPart: string | null) {
  if (heardPart === '') return plan.heardState;
  return error && heardPart === null ? null : plan.nextState;
}

function endEarly(turn: RunningTurn, error: unknown, heardPart: string | null = null): TurnOutcome {
  if (error instanceof Interrupted) {
    turn.publish({ type: 'turn-interrupted', heardMs: error.heardMs, heardText: heardPart });
    return 'interrupted';
  }
  const { code, message, status } = asDomainError(error);
  turn.deps.log.warn({ err: error, turnId: turn.id, stage: turn.stage }, 'a turn failed');
  const retryable = turn.stage !== 'speech' && (status >= 500 || status === 408);
  turn.publish({ type: 'turn-failed', stage: turn.stage, code, message, retryable });
  return 'failed';
}

/** The events first: once the row says that the turn is over, replay must have all of it. */
async function close(turn: RunningTurn, outcome: TurnOutcome): Promise<void> {
  const { deps, id, sessionId } = turn;
  try {
    await deps.events.flush(sessionId);
    await endTurn(deps.db.pool, id, outcome);
  } finally {
    deps.live.remove(turn);
    turn.settle(outcome);
  }
}
