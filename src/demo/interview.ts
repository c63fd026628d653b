import type { VivaClient } from '../client.ts';
import { checkQuestionAudio } from './question-audio.ts';
import type { Material } from './recordings.ts';
import { kilobytes, type Report, seconds } from './report.ts';
import { events } from './subscription.ts';

type Session = Awaited<ReturnType<VivaClient['sessions']['create']['mutate']>>;
export type Question = Session['questions'][number];

const speechDeadlineMs = 180_000;

/** Uploads the CV and has the questions written. */
export async function createInterview(
  client: VivaClient,
  material: Material,
  report: Report,
  { questionCount = 4, speakQuestions = true } = {},
): Promise<Session> {
  const { cv, jobDescription, jobTitle } = material;
  const { id: cvId } = await report.step(
    'sending the CV',
    () => client.uploadCv(cv.file, { fileName: cv.fileName }),
    ({ kind, characters }) => `CV read: ${cv.fileName} (${kind.toUpperCase()}, ${characters} characters of text)`,
  );
  return report.step(
    'having the questions written',
    () => client.sessions.create.mutate({ jobDescription, cvId, questionCount, voice: 'nova', speakQuestions }),
    ({ questions }) => `${questions.length} questions written for: ${jobTitle}`,
  );
}

/** Checks the audio of each question as soon as it can be heard. Returns the questions with their audio. */
export async function hearQuestions(client: VivaClient, session: Session, report: Report): Promise<Question[]> {
  const signal = AbortSignal.timeout(speechDeadlineMs);
  await using updates = events<Question[]>(signal, (observer) =>
    client.questions.onReady.subscribe({ sessionId: session.id }, observer),
  );
  let latest = session.questions;
  const spoken = async (id: string) => {
    for (;;) {
      const question = latest.find((one) => one.id === id);
      if (question?.speechState === 'failed') throw new Error(question.speechError ?? 'It could not be spoken.');
      if (question?.audio) return { ...question, audio: question.audio };
      const next = await updates.next();
      if (next.done) throw new Error('Its audio did not arrive in three minutes. The log of the server says why.');
      latest = next.value;
    }
  };
  const heard: Question[] = [];
  for (const [index, { id }] of session.questions.entries()) {
    const { question } = await report.step(
      `having question ${index + 1} spoken`,
      async () => {
        const ready = await spoken(id);
        return { question: ready, checked: await checkQuestionAudio(client, ready.audio) };
      },
      ({ checked: { durationMs, bytes } }) =>
        `Question ${index + 1} spoken: ${seconds(durationMs)} of MP3, ${kilobytes(bytes)}, whole and seekable`,
    );
    report.detail(question.text, null);
    heard.push(question);
  }
  return heard;
}
