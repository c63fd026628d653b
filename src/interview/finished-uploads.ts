import { asDomainError } from '../errors.ts';
import { isKept } from '../idempotency/refusals.ts';
import { getAnswer, submitRecording } from './answers.ts';
import {
  endUpload,
  ownedUpload,
  type ResumableUpload,
  type ResumableUploadCaller,
  type ResumableUploadDeps,
  unfinishedUpload,
  uploadLifeMs,
} from './resumable-uploads.ts';
import type { AnswerView } from './schemas.ts';

/** Uploads of this process that are being made an answer. */
const finishing = new Map<string, Promise<AnswerView>>();

/**
 * Submits an upload of which every byte has come, as if it had come in one piece. However often it is asked, also after
 * a crash in between, one answer comes of it: the same bytes for a question are one take. Throws what `submitRecording`
 * throws; what another try cannot mend is remembered, and the bytes are deleted.
 */
export function finishUpload({ deps, userId }: ResumableUploadCaller, id: string): Promise<AnswerView> {
  const already = finishing.get(id);
  if (already) return already;
  // Not tied to whoever asks: every byte was acknowledged, and the next to ask wants the same.
  const answer = finish({ deps, userId }, id).finally(() => finishing.delete(id));
  finishing.set(id, answer);
  return answer;
}

async function finish(caller: ResumableUploadCaller, id: string): Promise<AnswerView> {
  const { deps } = caller;
  const { questionId, answerId, refusal } = await ownedUpload(caller, id);
  if (answerId) return getAnswer(caller, answerId);
  if (refusal) throw refusal;
  try {
    // A copy: should the server die meanwhile, the upload is still there to be submitted again.
    const recording = await deps.storage.stage(deps.partials.read(id), { maxBytes: deps.limits.maxAudioBytes });
    const answer = await submitRecording(caller, { questionId, recording });
    await deps.db.prisma.resumableUpload.updateMany({ where: { id }, data: { answerId: answer.id } });
    await deps.partials.remove(id);
    return answer;
  } catch (error) {
    const { code, message, retryAfterMs } = asDomainError(error);
    if (isKept({ code, again: retryAfterMs !== undefined })) {
      await deps.db.prisma.resumableUpload.updateMany({ where: { id }, data: { refusal: { code, message } } });
      await deps.partials.remove(id);
    }
    throw error;
  }
}

/** Whether every byte has come. */
export async function isWhole(
  { partials }: ResumableUploadDeps,
  { id, bytes, answerId, refusal }: Pick<ResumableUpload, 'id' | 'bytes' | 'answerId' | 'refusal'>,
): Promise<boolean> {
  return answerId !== null || refusal !== null || (bytes !== null && bytes === (await partials.bytes(id)));
}

/**
 * Submits what is whole and was not, because a server died; ends what is a day old; removes files that no upload has.
 * For the files of this server: every one has to do it for itself.
 */
export async function sweepUploads(deps: ResumableUploadDeps, signal: AbortSignal): Promise<void> {
  const { prisma } = deps.db;
  for (const id of await deps.partials.ids()) {
    signal.throwIfAborted();
    const upload = await prisma.resumableUpload.findUnique({
      where: { id, ...unfinishedUpload },
      select: { bytes: true, question: { select: { session: { select: { userId: true } } } } },
    });
    if (!upload) await deps.partials.remove(id);
    else if (upload.bytes !== null && upload.bytes === (await deps.partials.bytes(id))) {
      const { userId } = upload.question.session;
      await finishUpload({ deps, userId }, id).catch((error: unknown) => {
        // Told to its owner; the next sweep tries again what that may mend.
        deps.log.info({ uploadId: id, code: asDomainError(error).code }, 'an upload could not be submitted');
      });
    }
  }
  const expired = await prisma.resumableUpload.findMany({
    where: { createdAt: { lt: new Date(Date.now() - uploadLifeMs) } },
    select: { id: true },
  });
  for (const { id } of expired) {
    signal.throwIfAborted();
    await endUpload(deps, id);
  }
  if (expired.length > 0) deps.log.info({ removed: expired.length }, 'ended uploads that were a day old');
}
