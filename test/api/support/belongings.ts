import { randomUUID } from 'node:crypto';
import type { SignedIn, Viva } from '../../support/viva.ts';
import { goodAnswer, recording, seedInterview } from './interviews.ts';

/** One of each thing that has an id. */
export interface Belongings {
  sessionId: string;
  questionId: string;
  answerId: string;
  cvId: string;
  audioId: string;
  /** Of an answer that has not arrived whole. */
  uploadId: string;
}

/** Ids of nothing. */
export const nobodys: Belongings = {
  sessionId: randomUUID(),
  questionId: randomUUID(),
  answerId: randomUUID(),
  cvId: randomUUID(),
  audioId: randomUUID(),
  uploadId: randomUUID(),
};

/** What a user of this server owns; a new one unless told whose it is to be. */
export async function somebodys(server: Viva, signedIn?: SignedIn): Promise<Belongings> {
  const owner = signedIn ?? (await server.signIn());
  const interview = await seedInterview(server, owner.userId);
  const answer = await owner.viva.uploadAnswer(interview.questionIds[0], recording());
  const cv = await owner.viva.uploadCv(new Blob([goodAnswer]));
  const upload = await server.deps.db.prisma.resumableUpload.create({
    data: { questionId: interview.questionIds[0], bytes: 1_000, metadata: {} },
  });
  return {
    sessionId: interview.id,
    questionId: interview.questionIds[0],
    answerId: answer.id,
    cvId: cv.id,
    audioId: answer.audio?.id ?? '',
    uploadId: upload.id,
  };
}
