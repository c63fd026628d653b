import { inPrisma } from '../db/runners.ts';
import { selectQuestion, selectQuestions } from '../db/selects.ts';
import { DomainError } from '../errors.ts';
import { wasNotAsked } from '../limits/not-asked.ts';
import type { Voice } from '../speech/voices.ts';
import { ownedQuestion, ownedSession } from './access.ts';
import { type Caller, type InterviewDeps, restarting, whileServing, within } from './context.ts';
import { questionMessages, questionsSchemaName } from './prompts.ts';
import { boundQuestions, questionsSchema } from './question-drafts.ts';
import type { CreateSessionInput, QuestionView } from './schemas.ts';
import { speakOnce } from './spoken-once.ts';
import { type Attempt, mostTries, TryAgainLater } from './work.ts';

type QuestionBrief = Pick<CreateSessionInput, 'jobDescription' | 'questionCount' | 'difficulty' | 'language'> & {
  cvText: string | null;
};

/** Exactly `questionCount` questions with the signals a good answer would show, and what writing them consumed. */
export async function writeQuestions({ deps, userId, signal }: Caller, brief: QuestionBrief) {
  await deps.allowance.require(userId);
  const { value, model, usage } = await deps.chat.json({
    name: questionsSchemaName,
    schema: questionsSchema.refine(
      (reply) => boundQuestions(reply, brief.questionCount).questions.length === brief.questionCount,
      { path: ['questions'], error: `there must be ${brief.questionCount} different questions` },
    ),
    messages: questionMessages(brief),
    maxTokens: 500 + 400 * brief.questionCount,
    signal,
  });
  const questions = boundQuestions(value, brief.questionCount).questions.map((written) => ({
    text: written.question,
    category: written.category,
    difficulty: written.difficulty,
    tips: written.tips,
    expectedAnswerFocus: written.expected_answer_focus,
    expectedSignals: written.expected_signals.map((expected) => ({ ...expected })),
  }));
  return { questions, consumed: { capability: 'chat' as const, model, usage } };
}

export async function getQuestion({ deps, userId }: Caller, id: string): Promise<QuestionView> {
  const [question] = await selectQuestion(deps.db.pool, [id, userId]);
  if (!question) throw new DomainError('not_found', 'There is no such question.');
  return question;
}

export async function listQuestions(caller: Caller, sessionId: string): Promise<QuestionView[]> {
  const questions: QuestionView[] = await selectQuestions(caller.deps.db.pool, [sessionId, caller.userId]);
  // A session without questions cannot be: the id is unknown, or somebody else's.
  if (questions.length === 0) await ownedSession(caller, sessionId);
  return questions;
}

/** Speaks a question again, after a failure or with another voice. Throws `unavailable` when the server stops meanwhile. */
export async function respeakQuestion(
  caller: Caller,
  input: { questionId: string; voice?: Voice },
): Promise<QuestionView> {
  const { deps, userId: ownerId } = caller;
  const { id, sessionId } = await ownedQuestion(caller, input.questionId);
  await deps.allowance.require(ownerId);
  await deps.db.prisma.$transaction(async (tx) => {
    await tx.question.update({ where: { id }, data: { speechState: 'pending', speechError: null } });
    await deps.work.add('speak', [{ id, ownerId, voice: input.voice }], inPrisma(tx));
  });
  deps.work.begin('speak');
  deps.changes.touch(`questions:${sessionId}`);
  for await (const _ of deps.changes.watch(`questions:${sessionId}`, whileServing(caller))) {
    const question = await getQuestion(caller, id);
    if (question.speechState !== 'pending') return question;
  }
  if (deps.work.givingBack.aborted) throw restarting('The question will be spoken all the same.');
  return getQuestion(caller, id);
}

/**
 * Speaks a question that is pending, or in another voice. Ends in `ready` or `failed`; a server that stops leaves
 * `pending`, and throws what the signal aborted with. Throws `TryAgainLater` a few times while the upstream is known not to work.
 */
export async function speakQuestion(
  deps: InterviewDeps,
  { id, voice }: { id: string; voice?: string | undefined },
  { signal, earlierTries }: Attempt,
): Promise<void> {
  const question = await deps.db.prisma.question.findUnique({ where: { id }, include: { session: true } });
  if (!question || (question.speechState !== 'pending' && !voice)) return;
  const { session } = question;
  try {
    if (earlierTries >= mostTries) throw new Error('a server ended at each try');
    const audioId = await speakOnce(deps, {
      kind: 'question',
      text: question.text,
      voice: voice ?? session.voice,
      language: session.language,
      userId: session.userId,
      sessionId: session.id,
      signal,
    });
    await deps.db.prisma.question.updateMany({
      where: { id },
      data: { audioId, speechState: 'ready', speechError: null },
    });
  } catch (error) {
    signal.throwIfAborted();
    // Somebody may be waiting for it, so not for ever.
    if (wasNotAsked(error) && earlierTries + 1 < mostTries) throw new TryAgainLater();
    deps.log.warn({ err: error, questionId: id }, 'a question could not be spoken');
    const speechError = error instanceof DomainError ? error.message : 'The question could not be spoken. Try again.';
    await deps.db.prisma.question.updateMany({ where: { id }, data: { speechState: 'failed', speechError } });
  }
  deps.changes.touch(`questions:${session.id}`);
}

/** The questions now and after every change, until each can be heard or has failed. */
export async function* watchQuestions(
  caller: Caller,
  sessionId: string,
  signal: AbortSignal,
): AsyncGenerator<QuestionView[]> {
  for await (const _ of caller.deps.changes.watch(`questions:${sessionId}`, signal)) {
    const questions = await listQuestions(caller, sessionId);
    yield questions;
    if (questions.every((question) => question.speechState !== 'pending')) return;
  }
}

/** The questions once each can be heard or has failed; as they are when the time is up. */
export async function awaitSpeech(caller: Caller, sessionId: string, deadlineMs: number): Promise<QuestionView[]> {
  let questions: QuestionView[] = [];
  for await (questions of watchQuestions(caller, sessionId, within(caller, deadlineMs)));
  return questions;
}
