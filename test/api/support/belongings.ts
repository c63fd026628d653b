import { randomUUID } from 'node:crypto';
import type { Viva } from '../../support/viva.ts';
import { goodAnswer, recording, seedInterview } from './interviews.ts';

/** One of each thing that has an id. */
export interface Belongings {
  sessionId: string;
  questionId: string;
  answerId: string;
  cvId: string;
  audioId: string;
}

/** Ids of nothing. */
export const nobodys: Belongings = {
  sessionId: randomUUID(),
  questionId: randomUUID(),
  answerId: randomUUID(),
  cvId: randomUUID(),
  audioId: randomUUID(),
};

/** What a new user of this server owns. */
export async function somebodys(server: Viva): Promise<Belongings> {
  const owner = await server.signIn();
  const interview = await seedInterview(server, owner.userId);
  const answer = await owner.viva.uploadAnswer(interview.questionIds[0], recording());
  const cv = await owner.viva.uploadCv(new Blob([goodAnswer]));
  return {
    sessionId: interview.id,
    questionId: interview.questionIds[0],
    answerId: answer.id,
    cvId: cv.id,
    audioId: answer.audio?.id ?? '',
  };
}
