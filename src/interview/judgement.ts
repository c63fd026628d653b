import { z } from 'zod';
import { Prisma } from '../db/generated/client.ts';
import { DomainError } from '../errors.ts';
import { onceAsked } from '../limits/once-asked.ts';
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
    const judgement = await onceAsked(() => judge(deps, answer, signal), signal);
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

  const extraction = keptExtraction(answer) ?? (await extract(deps, answer, expectedSignals, signal));
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
  const { model, usage } = narrative;
  await recordTokens(deps, { userId, sessionId, capability: 'evaluate', model, usage });
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

/** What the model found in the answer: kept until the judgement is whole, so that a server that dies costs one call. */
async function extract(
  deps: InterviewDeps,
  { id, transcript, question }: JudgedAnswer,
  expectedSignals: z.output<typeof expectedSignalSchema>[],
  signal: AbortSignal,
) {
  const { language, userId, id: sessionId } = question.session;
  const { value, model, usage } = await deps.evaluator.json({
    name: extractionSchemaName,
    schema: extractionSchema,
    messages: extractionMessages({ question: question.text, expectedSignals, transcript: transcript ?? '', language }),
    maxTokens: 3_000,
    signal,
  });
  const extraction = { value, model, prompt: promptVersions.extraction };
  await deps.db.prisma.answer
    .updateMany({ where: { id }, data: { extraction: { ...extraction } } })
    .catch((error: unknown) => deps.log.warn({ err: error, answerId: id }, 'what was found in an answer was not kept'));
  await recordTokens(deps, { userId, sessionId, capability: 'evaluate', model, usage });
  return extraction;
}

const keptExtractionSchema = z.object({
  value: extractionSchema,
  model: z.string(),
  prompt: z.literal(promptVersions.extraction),
});

/** Of another prompt, or in another form, as an earlier version of this server left it: asked for anew. */
function keptExtraction({ extraction }: JudgedAnswer) {
  return keptExtractionSchema.safeParse(extraction).data;
}

/** The answer may have been deleted while it was judged: then there is nothing to keep. */
async function save(
  { db }: InterviewDeps,
  answerId: string,
  data: Omit<Prisma.EvaluationUncheckedCreateInput, 'answerId'>,
) {
  await db.prisma.$transaction(async (tx) => {
    const { count } = await tx.answer.updateMany({ where: { id: answerId }, data: { extraction: Prisma.DbNull } });
    if (count > 0) await tx.evaluation.upsert({ where: { answerId }, create: { answerId, ...data }, update: data });
  });
}
