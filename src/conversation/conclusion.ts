import { startEvaluation } from '../interview/evaluation.ts';
import { endSession } from '../interview/sessions.ts';
import { addTake } from '../interview/takes.ts';
import type { RunningTurn } from './running-turn.ts';

/** After the interviewer's last words: what was said to each question becomes its answer, and is evaluated like one. */
export async function concludeInterview(turn: RunningTurn): Promise<void> {
  const { deps, sessionId, userId } = turn;
  const said = await deps.db.prisma.message.findMany({
    where: { sessionId, role: 'candidate', questionId: { not: null }, saidAgain: false },
    orderBy: { id: 'asc' },
  });
  const answers = Map.groupBy(said, (message) => message.questionId);
  for (const [questionId, messages] of answers) {
    if (!questionId) continue;
    const transcript = messages.map(({ text }) => text).join('\n\n');
    const spoken = messages.some(({ audioId }) => audioId !== null);
    await addTake(deps, { userId, questionId, kind: spoken ? 'spoken' : 'typed', transcriptState: 'done', transcript });
  }
  await endSession({ deps, userId }, sessionId);
  await startEvaluation(deps, sessionId);
}
