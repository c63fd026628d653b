import { z } from 'zod';
import type { Caller, InterviewDeps } from './context.ts';
import { concernSchema, type EvaluationReport, signalEvidenceSchema } from './schemas.ts';
import { averageScore } from './scoring.ts';

/** The take that counts for each answered question, in the order of the questions, with its evaluation. */
export async function countedAnswers({ db }: InterviewDeps, sessionId: string) {
  const answers = await db.prisma.answer.findMany({
    where: { question: { sessionId } },
    orderBy: [{ question: { position: 'asc' } }, { take: 'desc' }],
    include: { evaluation: true, audio: true, question: { include: { session: true } } },
  });
  const counted = new Map<string, (typeof answers)[number]>();
  for (const answer of answers) {
    const { chosenAnswerId } = answer.question;
    if (chosenAnswerId ? answer.id === chosenAnswerId : !counted.has(answer.questionId))
      counted.set(answer.questionId, answer);
  }
  return [...counted.values()];
}

/**
 * Books the state and the average of what counts now: after a run, and when another take is chosen later. A session
 * that was never evaluated, or is being evaluated by somebody else, is left alone.
 */
export async function settleEvaluation(deps: InterviewDeps, sessionId: string, from: 'run' | 'choice'): Promise<void> {
  const answers = await countedAnswers(deps, sessionId);
  const scores = answers.flatMap(({ evaluation }) => (evaluation?.outcome === 'done' ? (evaluation.score ?? []) : []));
  await deps.db.prisma.session.updateMany({
    where: { id: sessionId, ...(from === 'choice' && { evaluationState: { in: ['partial', 'complete'] } }) },
    data: {
      evaluationState: scores.length === answers.length ? 'complete' : 'partial',
      averageScore: averageScore(scores),
    },
  });
}

const signalsSchema = z.array(signalEvidenceSchema);
const concernsSchema = z.array(concernSchema);

/** Everything that is known of a session's answers, judged or not. */
export async function evaluationReport({ deps }: Caller, sessionId: string): Promise<EvaluationReport> {
  const [session, answers] = await Promise.all([
    deps.db.prisma.session.findUniqueOrThrow({ where: { id: sessionId } }),
    countedAnswers(deps, sessionId),
  ]);
  const evaluations: EvaluationReport['evaluations'] = [];
  const failures: EvaluationReport['failures'] = [];
  for (const answer of answers) {
    const { evaluation, question } = answer;
    if (evaluation?.outcome !== 'done') {
      failures.push({ questionId: answer.questionId, answerId: answer.id, ...whyMissing(answer) });
      continue;
    }
    evaluations.push({
      evaluationId: evaluation.id,
      answerId: answer.id,
      questionId: answer.questionId,
      position: question.position,
      question: question.text,
      transcript: answer.transcript ?? '',
      durationMs: answer.audio?.durationMs ?? null,
      confidence: answer.confidence,
      audioUrl: answer.audio && !answer.audio.goneAt ? `/audio/${answer.audio.id}` : null,
      score: evaluation.score ?? 0,
      signals: signalsSchema.parse(evaluation.signals),
      concerns: concernsSchema.parse(evaluation.concerns),
      strengths: evaluation.strengths,
      weaknesses: evaluation.weaknesses,
      correctAnswer: evaluation.correctAnswer,
      analysis: evaluation.analysis,
      improvementTips: evaluation.improvementTips,
      followUpQuestions: evaluation.followUpQuestions,
      model: evaluation.model ?? '',
      scoringVersion: evaluation.scoringVersion ?? '',
    });
  }
  return {
    sessionId,
    state: session.evaluationState,
    totalQuestions: session.questionCount,
    averageScore: session.averageScore,
    evaluations,
    failures,
  };
}

function whyMissing(answer: {
  transcriptState: string;
  failure: string | null;
  evaluation: { failure: string | null } | null;
}): { reason: string; retryable: boolean } {
  if (answer.evaluation) return { reason: answer.evaluation.failure ?? 'It could not be evaluated.', retryable: true };
  if (answer.transcriptState === 'done')
    return { reason: 'It has not been evaluated yet. Run the evaluation.', retryable: true };
  if (answer.transcriptState === 'pending') {
    return {
      reason: answer.failure ?? 'Its recording is still being transcribed. Evaluate again in a moment.',
      retryable: true,
    };
  }
  return {
    reason: answer.failure ?? 'Its recording could not be transcribed.',
    retryable: answer.transcriptState === 'failed',
  };
}
