import { inPrisma } from '../db/runners.ts';
import { selectAnswer, selectAnswerability, selectAnswers } from '../db/selects.ts';
import { DomainError } from '../errors.ts';
import type { StagedAudio } from '../storage/audio-storage.ts';
import { consentRequired, ownedAnswer, ownedQuestion, ownedSession, refuseUnanswerable } from './access.ts';
import { type Caller, within } from './context.ts';
import { settleEvaluation } from './evaluation-report.ts';
import { keepRecording } from './kept-recording.ts';
import { recordingGone } from './retention.ts';
import type { AnswerView, PageInput } from './schemas.ts';
import { addTake } from './takes.ts';

/** Whether a recording for this question would be taken: asked before its bytes are received. Throws `rate_limited` too. */
export async function assertAnswerable({ deps, userId }: Caller, questionId: string): Promise<void> {
  await deps.allowance.require(userId);
  const [session] = await selectAnswerability(deps.db.pool, [questionId, userId]);
  refuseUnanswerable(session);
  if (!session.consented) throw consentRequired();
}

/**
 * Keeps a recording as the next take, then has it transcribed in the background. Judged by its bytes; a refused one
 * leaves nothing behind. The same bytes sent twice are one answer.
 */
export async function submitRecording(
  caller: Caller,
  input: { questionId: string; recording: StagedAudio },
): Promise<AnswerView> {
  const { deps, userId } = caller;
  const { recording, questionId } = input;
  const audio = await keepRecording(caller, recording);
  const answer = await addTake(deps, { userId, questionId, audio, kind: 'spoken', transcriptState: 'pending' }).catch(
    async (error: unknown) => {
      // Anything else may have added the row all the same: then the file is needed; if not, reconciliation removes it.
      if (error instanceof DomainError) await deps.storage.delete(audio.storageKey);
      throw error;
    },
  );
  if (!answer.isNew) await deps.storage.delete(audio.storageKey);
  return getAnswer(caller, answer.id);
}

export async function submitText(caller: Caller, input: { questionId: string; text: string }): Promise<AnswerView> {
  const { id } = await addTake(caller.deps, {
    userId: caller.userId,
    questionId: input.questionId,
    kind: 'typed',
    transcriptState: 'done',
    transcript: input.text,
  });
  return getAnswer(caller, id);
}

export async function getAnswer({ deps, userId }: Caller, id: string): Promise<AnswerView> {
  const [answer] = await selectAnswer(deps.db.pool, [id, userId]);
  if (!answer) throw new DomainError('not_found', 'There is no such answer.');
  return answer;
}

/** Every take, newest first. */
export async function listAnswers(
  caller: Caller,
  { sessionId, questionId, cursor, limit }: PageInput & { sessionId?: string; questionId?: string },
) {
  const { deps, userId } = caller;
  const values = [userId, sessionId ?? null, questionId ?? null, cursor ?? null, limit + 1];
  const rows: AnswerView[] = await selectAnswers(deps.db.pool, values);
  // Nothing there may mean that the session or the question is unknown, or somebody else's.
  if (rows.length === 0 && sessionId) await ownedSession(caller, sessionId);
  if (rows.length === 0 && questionId) await ownedQuestion(caller, questionId);
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Makes this take the one that is evaluated. */
export async function chooseAnswer(caller: Caller, answerId: string): Promise<AnswerView> {
  const answer = await ownedAnswer(caller, answerId);
  await caller.deps.db.prisma.question.update({
    where: { id: answer.questionId },
    data: { chosenAnswerId: answer.id },
  });
  await settleEvaluation(caller.deps, answer.question.sessionId, 'choice');
  return getAnswer(caller, answerId);
}

/** Transcribes a kept recording again. One that has its transcript stays as it is. Throws `gone` for one that is not kept. */
export async function retryAnswer(caller: Caller, answerId: string): Promise<AnswerView> {
  const { deps, userId } = caller;
  const answer = await ownedAnswer(caller, answerId);
  await deps.allowance.require(userId);
  if (answer.kind === 'typed') throw new DomainError('conflict', 'A typed answer has nothing to transcribe.');
  if (answer.transcriptState !== 'done' && (!answer.audio || answer.audio.goneAt)) throw recordingGone();
  const again = { transcriptState: 'pending' as const, attempts: 0, failure: null };
  const begun = await deps.db.prisma.$transaction(async (tx) => {
    const where = { id: answerId, transcriptState: { in: ['failed' as const, 'no_speech' as const] } };
    const { count } = await tx.answer.updateMany({ where, data: again });
    if (count > 0) await deps.work.add('transcribe', [{ id: answerId, ownerId: userId }], inPrisma(tx));
    return count > 0;
  });
  if (begun) deps.work.begin('transcribe');
  else {
    // A pending answer with a failure waits for its next try; without one it is being transcribed.
    const waiting = { id: answerId, transcriptState: 'pending' as const, failure: { not: null } };
    await deps.db.prisma.answer.updateMany({ where: waiting, data: again });
    await deps.work.hurry('transcribe', answerId);
  }
  deps.changes.touch(`answer:${answerId}`);
  return getAnswer(caller, answerId);
}

/** The answer now and after every change, until its transcript is there or has failed. */
export async function* watchAnswer(caller: Caller, answerId: string, signal: AbortSignal): AsyncGenerator<AnswerView> {
  for await (const _ of caller.deps.changes.watch(`answer:${answerId}`, signal)) {
    const answer = await getAnswer(caller, answerId);
    yield answer;
    if (answer.transcriptState !== 'pending') return;
  }
}

/** The answer once its transcript is there or has failed; as it is when the time is up. */
export async function awaitTranscript(caller: Caller, answerId: string, deadlineMs: number): Promise<AnswerView> {
  for await (const answer of watchAnswer(caller, answerId, within(caller, deadlineMs))) {
    if (answer.transcriptState !== 'pending' || answer.failure) return answer;
  }
  return getAnswer(caller, answerId);
}
