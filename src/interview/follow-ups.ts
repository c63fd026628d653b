import { DomainError } from '../errors.ts';
import { ownedAnswer } from './access.ts';
import type { Caller } from './context.ts';
import { insertSession } from './new-session.ts';
import { generalSignals } from './question-drafts.ts';
import type { SessionView } from './schemas.ts';
import { getSession } from './sessions.ts';

/**
 * An interview of one question, which an answer's evaluation proposed to practise next: for the same job, in the same
 * language and voice. One that was begun and not answered yet is gone on with. Throws `not_found`.
 */
export async function practiseFollowUp(
  caller: Caller,
  { answerId, index }: { answerId: string; index: number },
): Promise<SessionView> {
  const { deps, userId } = caller;
  const { question } = await ownedAnswer(caller, answerId);
  const { session } = question;
  const evaluation = await deps.db.prisma.evaluation.findUnique({ where: { answerId } });
  const text = evaluation?.followUpQuestions[index];
  if (!evaluation || text === undefined) throw new DomainError('not_found', 'There is no such follow-up question.');
  const begun = await deps.db.prisma.session.findFirst({
    where: {
      userId,
      followsSessionId: session.id,
      state: 'active',
      questions: { some: { text }, every: { answers: { none: {} } } },
    },
    select: { id: true },
  });
  if (begun) return getSession(caller, begun.id);
  const { cvId, jobDescription, difficulty, voice, language } = session;
  const created = await insertSession(deps, {
    ...{ userId, cvId, jobDescription, difficulty, voice, language },
    followsSessionId: session.id,
    questionCount: 1,
    questions: {
      create: {
        text,
        position: 1,
        category: question.category,
        difficulty: question.difficulty,
        // The advice on the answer that it follows up.
        tips: evaluation.improvementTips.join(' '),
        expectedAnswerFocus: question.expectedAnswerFocus,
        expectedSignals: generalSignals(language).map((signal) => ({ ...signal })),
      },
    },
  });
  return getSession(caller, created.id);
}
