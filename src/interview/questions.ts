import { selectQuestion, selectQuestions } from '../db/selects.ts';
import { DomainError } from '../errors.ts';
import type { Voice } from '../speech/voices.ts';
import { ownedQuestion, ownedSession } from './access.ts';
import { type Caller, type InterviewDeps, within } from './context.ts';
import { questionMessages, questionsSchemaName } from './prompts.ts';
import { boundQuestions, questionsSchema } from './question-drafts.ts';
import type { CreateSessionInput, QuestionView } from './schemas.ts';
import { speakOnce } from './spoken-once.ts';

/** Sessions whose questions are synthesised side by side; more only queue at the upstream. */
const speechConcurrency = 5;

type QuestionBrief = Pick<CreateSessionInput, 'jobDescription' | 'questionCount' | 'difficulty' | 'language'> & {
  cvText: string | null;
};

/** Exactly `questionCount` questions with the signals a good answer would show, and what writing them consumed. */
export async function writeQuestions({ deps, signal }: Caller, brief: QuestionBrief) {
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

/** Speaks a question again, after a failure or with another voice. */
export async function respeakQuestion(
  caller: Caller,
  input: { questionId: string; voice?: Voice },
): Promise<QuestionView> {
  const { deps } = caller;
  const question = await ownedQuestion(caller, input.questionId);
  await deps.db.prisma.question.update({
    where: { id: question.id },
    data: { speechState: 'pending', speechError: null },
  });
  deps.changes.touch(`questions:${question.sessionId}`);
  await speakQuestion(deps, question.id, { voice: input.voice, signal: caller.signal });
  return getQuestion(caller, question.id);
}

/** Speaks what a session still lacks, several at once, in the order in which they will be asked. */
export async function speakSession(deps: InterviewDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  const pending = await deps.db.prisma.question.findMany({
    where: { sessionId, speechState: 'pending' },
    orderBy: { position: 'asc' },
    select: { id: true },
  });
  const next = pending.values();
  const speaking = Array.from({ length: speechConcurrency }, async () => {
    for (const { id } of next) await speakQuestion(deps, id, { signal });
  });
  await Promise.all(speaking);
}

/** Ends in `ready` or `failed`; a server that stops leaves `pending`, which the next one takes up. */
async function speakQuestion(
  deps: InterviewDeps,
  id: string,
  { voice, signal }: { voice?: Voice | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const question = await deps.db.prisma.question.findUnique({ where: { id }, include: { session: true } });
  if (!question) return;
  const { session } = question;
  try {
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
    if (signal?.aborted) return;
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
