import { type HeardWords, interviewStateOf } from './plan.ts';
import { saysAgain } from './repetition.ts';
import type { RunningTurn } from './running-turn.ts';

/** Stores what the candidate said, with the question it answers, and tells it. */
export async function keepSaid(
  turn: RunningTurn,
  words: HeardWords & { audioId: string | null; transcribedBy: string | null },
): Promise<HeardWords> {
  const { deps, userId, id: turnId, sessionId } = turn;
  const { text, durationMs, audioId, transcribedBy } = words;
  const { phase, questionIndex } = await interviewStateOf(turn);
  const { prisma } = deps.db;
  const [question, before] = await Promise.all([
    phase === 'asking' ? prisma.question.findFirst({ where: { sessionId, position: questionIndex + 1 } }) : null,
    lastUnanswered(turn),
  ]);
  const said = { sessionId, turnId, role: 'candidate' as const, text, audioId, questionId: question?.id ?? null };
  const message = await prisma.message.create({ data: said, select: { id: true } });
  if (before && saysAgain(before.text, text, turn.session.language)) {
    await prisma.message.update({ where: { id: before.id }, data: { saidAgain: true } });
  }
  if (transcribedBy) {
    const heard = { capability: 'transcribe', model: transcribedBy, audioMs: durationMs ?? 0 };
    await prisma.usage.create({ data: { userId, sessionId, turnId, ...heard } });
  }
  turn.publish({ type: 'transcript-end', messageId: message.id, text });
  return { text, durationMs };
}

/** Takes up again what got no reply: the words are this turn's now. Null when the opening got none. */
export async function takeUpUnanswered(turn: RunningTurn): Promise<HeardWords | null> {
  const unanswered = await lastUnanswered(turn);
  if (!unanswered) return null;
  const { id, text, audio } = unanswered;
  await turn.deps.db.prisma.message.update({ where: { id }, data: { turnId: turn.id } });
  turn.publish({ type: 'transcript-end', messageId: id, text });
  return { text, durationMs: audio?.durationMs ?? null };
}

/** What the candidate said last, if the turn failed; null when it was replied to. */
async function lastUnanswered({ deps, sessionId }: RunningTurn) {
  const last = await deps.db.prisma.message.findFirst({
    where: { sessionId, role: 'candidate', text: { not: '' } },
    orderBy: { id: 'desc' },
    include: { audio: { select: { durationMs: true } }, turn: { select: { state: true } } },
  });
  return last?.turn?.state === 'failed' ? last : null;
}

/** Keeps a recording that was not understood: a message without words, which belongs to its session. */
export async function keepUnheard({ deps, id: turnId, sessionId }: RunningTurn, audioId: string): Promise<void> {
  await deps.db.prisma.message.create({ data: { sessionId, turnId, role: 'candidate', text: '', audioId } });
}
