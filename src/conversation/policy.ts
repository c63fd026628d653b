import { type CandidateIntent, candidateIntent } from './candidate-intent.ts';
import type { InterviewState, Move, QuestionProgress, Said } from './interview-state.ts';
import { estimateSupport, missingBelow } from './signal-estimate.ts';

/**
 * Picks the interviewer's next reply from what is recorded: plain code, no model. Greets first; then, for each turn of
 * the candidate, follows up on the weightiest expected signal that seems to be missing, else asks the next question,
 * and closes after the last one or when asked to. With `limits` it makes at most
 * questions × (1 + maxFollowUps + maxDetours) + 2 moves, whatever is said.
 */
export function nextMove(state: InterviewState): Move {
  const { questionIndex, limits, said } = state;
  const progress = state.progress[questionIndex];
  if (state.phase === 'closed' || !progress) return { kind: 'close' };
  const intent = said ? candidateIntent(said, state.language) : 'silent';
  if (intent === 'stop') return { kind: 'close' };
  if (state.phase === 'waiting') return { kind: 'greet', questionIndex };
  const detour = progress.detours < limits.maxDetours ? detourFor(intent, state, progress) : null;
  if (detour) return detour;
  const signalId = intent === 'answer' && progress.followUps < limits.maxFollowUps ? missingSignal(state) : null;
  if (signalId !== null) return { kind: 'follow_up', questionIndex, signalId };
  return questionIndex + 1 < state.questions.length
    ? { kind: 'ask', questionIndex: questionIndex + 1 }
    : { kind: 'close' };
}

/** A reply that leaves the question open; null where the interview goes on. */
function detourFor(intent: CandidateIntent, state: InterviewState, progress: QuestionProgress): Move | null {
  const { questionIndex, openSignalId: signalId } = state;
  switch (intent) {
    case 'silent':
    case 'think':
      return { kind: 'let_think', questionIndex };
    case 'repeat':
      return { kind: 'answer_candidate', questionIndex, wants: 'repetition', signalId };
    case 'asks':
      return { kind: 'answer_candidate', questionIndex, wants: 'answer', signalId };
    case 'leaves_role':
      return { kind: 'stay_in_role', questionIndex, signalId };
    case 'answer':
      return state.said && progress.windDowns === 0 && rambles(state.said, state.limits)
        ? { kind: 'wind_down_ramble', questionIndex }
        : null;
    default:
      return null;
  }
}

/** Somebody who was silent for most of a long turn was thinking: only a turn with words in it rambles. */
function rambles(said: Said, limits: InterviewState['limits']): boolean {
  const long = said.durationMs !== null && said.durationMs > limits.rambleMs;
  return said.words > limits.rambleWords || (long && said.words > limits.rambleWords / 2);
}

/** The weightiest signal without support that was not asked about yet. Weight 1 is nice to have: not worth a question. */
function missingSignal({ questions, progress, questionIndex }: InterviewState): string | null {
  const signals = (questions[questionIndex]?.expectedSignals ?? []).map((signal, at) => ({
    id: signal.id,
    weight: Number.isFinite(signal.weight) ? signal.weight : 1,
    ...(progress[questionIndex]?.signals[at] ?? { support: 0, followedUp: false }),
  }));
  const heaviest = Math.max(...signals.map(({ weight }) => weight));
  const missing = signals
    .filter(({ weight }) => weight > 1 || heaviest <= 1)
    .filter(({ support, followedUp }) => support < missingBelow && !followedUp)
    .sort((left, right) => right.weight - left.weight);
  return missing[0]?.id ?? null;
}

/** Records what the candidate said: support only grows, and hearing the same turn twice changes nothing. */
export function hear(state: InterviewState, said: Said | null): InterviewState {
  const question = state.questions[state.questionIndex];
  const answers = said && state.phase === 'asking' && candidateIntent(said, state.language) === 'answer';
  if (!question || !answers) return { ...state, said };
  const estimates = estimateSupport(question.expectedSignals, said.text, state.language);
  return withProgress({ ...state, said }, (progress) => ({
    ...progress,
    signals: progress.signals.map(({ support, followedUp }, at) => ({
      support: Math.max(support, estimates[at] ?? 0),
      followedUp,
    })),
  }));
}

/** Records that the interviewer made this move. */
export function advance(state: InterviewState, move: Move): InterviewState {
  switch (move.kind) {
    case 'close':
      return { ...state, phase: 'closed' };
    case 'greet':
    case 'ask':
      return { ...state, phase: 'asking', questionIndex: move.questionIndex, openSignalId: null };
    case 'follow_up': {
      const at = state.questions[state.questionIndex]?.expectedSignals.findIndex(({ id }) => id === move.signalId);
      return withProgress({ ...state, openSignalId: move.signalId }, (progress) => ({
        ...progress,
        followUps: progress.followUps + 1,
        signals: progress.signals.map((signal, index) => (index === at ? { ...signal, followedUp: true } : signal)),
      }));
    }
    default: {
      const windDowns = move.kind === 'wind_down_ramble' ? 1 : 0;
      return withProgress(state, (progress) => ({
        ...progress,
        detours: progress.detours + 1,
        windDowns: progress.windDowns + windDowns,
      }));
    }
  }
}

function withProgress(state: InterviewState, change: (progress: QuestionProgress) => QuestionProgress): InterviewState {
  return {
    ...state,
    progress: state.progress.map((progress, index) => (index === state.questionIndex ? change(progress) : progress)),
  };
}

/**
 * One turn: what the candidate said (null: nothing yet, the interview is to begin) gives the move, and the state to
 * store once the reply has been given. A turn that fails leaves the old state, so that it can be tried again.
 */
export function takeTurn(state: InterviewState, said: Said | null): { move: Move; state: InterviewState } {
  const heard = hear(state, said);
  const move = nextMove(heard);
  return { move, state: advance(heard, move) };
}
