import type { Prisma } from '../db/generated/client.ts';
import { DomainError } from '../errors.ts';
import type { InterviewDeps } from './context.ts';

interface Take {
  questionId: string;
  kind: 'spoken' | 'typed';
  transcriptState: 'pending' | 'done';
  transcript?: string;
  audio?: Prisma.AudioFileUncheckedCreateInput;
}

/**
 * Adds an answer as the question's next take, in one transaction: takes are numbered under a lock on the question, the
 * session cannot end meanwhile, and bytes that are already an answer to it add nothing.
 */
export function addTake({ db }: InterviewDeps, { audio, ...take }: Take): Promise<{ id: string; isNew: boolean }> {
  return db.prisma.$transaction(async (tx) => {
    const [session] = await tx.$queryRaw<{ state: string }[]>`
      select s.state::text from questions q join sessions s on s.id = q.session_id
      where q.id = ${take.questionId}::uuid for update of q for share of s`;
    if (!session) throw new DomainError('not_found', 'There is no such question.');
    const same =
      audio && (await tx.answer.findFirst({ where: { questionId: take.questionId, audio: { sha256: audio.sha256 } } }));
    if (same) return { id: same.id, isNew: false };
    if (session.state !== 'active') {
      throw new DomainError(
        'session_ended',
        'This interview has ended and takes no more answers. Start a new session.',
      );
    }
    const last = await tx.answer.aggregate({ where: { questionId: take.questionId }, _max: { take: true } });
    const file = audio && (await tx.audioFile.create({ data: audio }));
    const answer = await tx.answer.create({
      data: { ...take, take: (last._max.take ?? 0) + 1, ...(file && { audioId: file.id }) },
    });
    // A new take counts, whatever was picked before it.
    await tx.question.update({ where: { id: take.questionId }, data: { chosenAnswerId: null } });
    return { id: answer.id, isNew: true };
  });
}
