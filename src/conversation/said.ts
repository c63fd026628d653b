import { randomUUIDv7 } from 'node:crypto';
import { insertSaid } from '../db/turns.ts';
import { candidateIntent } from './candidate-intent.ts';
import { type HeardWords, interviewStateOf } from './plan.ts';
import { saysAgain } from './repetition.ts';
import type { RunningTurn } from './running-turn.ts';
import { said } from './word-count.ts';

export interface SaidWords {
  text: string;
  /** Of the recording; null for typed words. */
  durationMs: number | null;
  audioId: string | null;
  /** The model to be booked for hearing them; null when there is none. */
  transcribedBy: string | null;
}

/** Stores what the candidate said, with the question it answers, and tells it. The turn goes on meanwhile. */
export async function keepSaid(turn: RunningTurn, words: SaidWords): Promise<HeardWords & { messageId: string }> {
  const { deps, userId, id: turnId, sessionId } = turn;
  const { text, durationMs, audioId, transcribedBy } = words;
  const { phase, questionIndex } = await interviewStateOf(turn);
  const { questions } = await turn.material;
  const before = await lastUnanswered(turn);
  const again = before && saysAgain(before.text, text, turn.session.language) ? before.id : null;
  const id = randomUUIDv7();
  const intent = candidateIntent(said(text, durationMs), turn.session.language);
  const answers = phase === 'asking' && (intent === 'answer' || intent === 'unknown');
  // A request to repeat, to wait or to stop is no part of an answer, and must not be judged as one.
  const questionId = answers ? (questions[questionIndex]?.id ?? null) : null;
  const row = { id, sessionId, turnId, userId, text, questionId, audioId, transcribedBy, supersedes: again };
  if (transcribedBy) deps.allowance.consumed(userId, { audioMs: durationMs ?? 0 });
  turn.write(insertSaid(deps.db.pool, { ...row, audioMs: durationMs ?? 0 }));
  turn.publish({ type: 'transcript-end', messageId: id, text });
  return { messageId: id, text, durationMs, standsFor: again === null ? [] : [again] };
}

/** Takes up again what got no reply: the words are this turn's now. Null when the opening got none. */
export async function takeUpUnanswered(turn: RunningTurn): Promise<HeardWords | null> {
  const unanswered = await lastUnanswered(turn);
  if (!unanswered) return null;
  const { id, text, durationMs } = unanswered;
  await turn.deps.db.prisma.message.update({ where: { id }, data: { turnId: turn.id } });
  turn.publish({ type: 'transcript-end', messageId: id, text });
  return { text, durationMs, standsFor: [id] };
}

/** What the candidate said last, if the turn failed; null when it was replied to. */
async function lastUnanswered({ material }: RunningTurn) {
  const { messages } = await material;
  const last = messages.findLast(({ role, text }) => role === 'candidate' && text !== '');
  return last?.unanswered ? last : null;
}

/** Keeps a recording that was not understood: a message without words, which belongs to its session. */
export async function keepUnheard({ deps, id: turnId, sessionId }: RunningTurn, audioId: string): Promise<void> {
  await deps.db.prisma.message.create({ data: { sessionId, turnId, role: 'candidate', text: '', audioId } });
}
