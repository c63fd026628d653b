import { type HeardWords, interviewStateOf } from './plan.ts';
import type { RunningTurn } from './running-turn.ts';

/** Stores what the candidate said, with the question it answers, and tells it. */
export async function keepSaid(
  turn: RunningTurn,
  words: HeardWords & { audioId: string | null; transcribedBy: string | null },
): Promise<HeardWords> {
  const { deps, id: turnId, sessionId } = turn;
  const { text, durationMs, audioId } = words;
  const { phase, questionIndex } = await interviewStateOf(turn);
  const question =
    phase === 'asking'
      ? await deps.db.prisma.question.findFirst({ where: { sessionId, position: questionIndex + 1 } })
      : null;
  const message = await deps.db.prisma.message.create({
    data: { sessionId, turnId, role: 'candidate', text, audioId, questionId: question?.id ?? null },
    select: { id: true },
  });
  if (words.transcribedBy) {
    await deps.db.prisma.usage.create({
      data: {
        userId: turn.userId,
        sessionId,
        capability: 'transcribe',
        model: words.transcribedBy,
        audioMs: durationMs ?? 0,
      },
    });
  }
  turn.publish({ type: 'transcript-end', messageId: message.id, text });
  return { text, durationMs };
}

/** Keeps a recording that was not understood: a message without words, which belongs to its session. */
export async function keepUnheard({ deps, id: turnId, sessionId }: RunningTurn, audioId: string): Promise<void> {
  await deps.db.prisma.message.create({ data: { sessionId, turnId, role: 'candidate', text: '', audioId } });
}
