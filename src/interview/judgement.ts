import { z } from 'zod';
import type { Prisma } from '../db/generated/client.ts';
import { DomainError } from '../errors.ts';
import type { InterviewDeps } from './context.ts';
import {
  extractionMessages,
  extractionSchemaName,
  narrativeMessages,
  narrativeSchemaName,
  promptVersions,
} from './prompts.ts';
import { indexTranscript } from './quotes.ts';
import { expectedSignalSchema, timedWordSchema } from './schemas.ts';
import { boundNarrative, extractionSchema, narrativeSchema, scoreAnswer, scoringVersion, verify } from './scoring.ts';
import { recordTokens } from './usage.ts';

/** An answer with what judging it needs. */
export type JudgedAnswer = Prisma.AnswerGetPayload<{ include: { question: { include: { session: true } } } }>;

/**
 * Judges one answer: the model extracts quotes, code verifies them and computes the score, and a second, smaller call
 * puts it into words. Saved as it finishes; a failure is saved too, with its reason, and is tried again by the next run.
 */
export async function judgeAnswer(deps: InterviewDeps, answer: JudgedAnswer, signal: AbortSignal): Promise<void> {
  try {
    const judgement = await judge(deps, answer, signal);
    await save(deps, answer.id, { outcome: 'done', failure: null, ...judgement });
  } catch (error) {
    if (signal.aborted) throw error;
    deps.log.warn({ err: error, answerId: answer.id }, 'an answer could not be evaluated');
    const reason = error instanceof DomainError ? error.message : 'This answer could not be evaluated.';
    await save(deps, answer.id, { outcome: 'failed', failure: reason });
  }
}

async function judge(deps: InterviewDeps, answer: JudgedAnswer, signal: AbortSignal) {
  const { question } = answer;
  const { language, userId, id: sessionId } = question.session;
  const transcript = answer.transcript ?? '';
  const expectedSignals = z.array(expectedSignalSchema).parse(question.expectedSignals);
  const words = z.array(timedWordSchema).parse(answer.words);

  const extraction = await deps.evaluator.json({
    name: extractionSchemaName,
    schema: extractionSchema,
    messages: extractionMessages({ question: question.text, expectedSignals, transcript, language }),
    maxTokens: 3_000,
    signal,
  });
  const verified = verify(extraction.value, expectedSignals, indexTranscript(transcript, words));
  const { score } = scoreAnswer(verified);
  const narrative = await deps.evaluator.json({
    name: narrativeSchemaName,
    schema: narrativeSchema,
    messages: narrativeMessages({
      question: question.text,
      expectedAnswerFocus: question.expectedAnswerFocus,
      expectedSignals,
      transcript,
      verified: verified.signals,
      concerns: verified.concerns,
      score,
      language,
    }),
    maxTokens: 2_000,
    signal,
  });
  for (const { model, usage } of [extraction, narrative]) {
    await recordTokens(deps, { userId, sessionId, capability: 'evaluate', model, usage });
  }
  const text = boundNarrative(narrative.value);
  return {
    score,
    signals: verified.signals.map(({ quotes, ...signal }) => ({
      ...signal,
      quotes: quotes.map((quote) => ({ ...quote })),
    })),
    concerns: verified.concerns.map(({ kind, quote }) => ({ kind, quote: quote && { ...quote } })),
    strengths: text.strengths,
    weaknesses: text.weaknesses,
    correctAnswer: text.correct_answer,
    analysis: text.answer_analysis,
    improvementTips: text.improvement_tips,
    followUpQuestions: text.follow_up_questions,
    model: extraction.model,
    scoringVersion,
    promptHash: `${promptVersions.extraction}/${promptVersions.narrative}`,
  };
}

/** The answer may have been deleted while it was judged: then there is nothing to keep. */
async function save(
  { db }: InterviewDeps,
  answerId: string,
  data: Omit<Prisma.EvaluationUncheckedCreateInput, 'answerId'>,
) {
  await db.prisma.$transaction(async (tx) => {
    const present = await tx.answer.findUnique({ where: { id: answerId }, select: { id: true } });
    if (present) await tx.evaluation.upsert({ where: { answerId }, create: { answerId, ...data }, update: data });
  });
}
