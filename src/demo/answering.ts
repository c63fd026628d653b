import { basename, extname } from 'node:path';
import type { VivaClient } from '../client.ts';
import { explain, refusalCode } from './explain.ts';
import type { Question } from './interview.ts';
import { type Material, readRecording } from './recordings.ts';
import { kilobytes, opening, type Report, StepError, seconds } from './report.ts';
import { events } from './subscription.ts';

export type Answer = Awaited<ReturnType<VivaClient['uploadAnswer']>>;

const transcriptDeadlineMs = 180_000;

/** Answers every question with the next recording. The answers that the server took, each with its transcript or without. */
export async function answerQuestions(
  client: VivaClient,
  questions: Question[],
  { recordings, areOwn }: Material,
  report: Report,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [index, question] of questions.entries()) {
    const path = recordings[index % recordings.length];
    if (!path) throw new Error('There is no recording to answer with.');
    const answer = await answerOne(client, question, path, index + 1, report).catch((error: unknown) => {
      const refused = error instanceof StepError ? refusalCode(error.cause) : undefined;
      if (!areOwn || !refused || !(error instanceof StepError)) throw error;
      report.failure(`Answer ${index + 1}: ${basename(path)} was not accepted: ${explain(error.cause)}`);
      return null;
    });
    if (answer) answers.push(answer);
  }
  if (answers.length === 0)
    throw new Error('None of these recordings was accepted. Try the samples: leave --recordings away.');
  return answers;
}

async function answerOne(
  client: VivaClient,
  question: Question,
  path: string,
  number: number,
  report: Report,
): Promise<Answer> {
  const fileName = basename(path);
  const answer = await report.step(
    `answering question ${number} with ${fileName}`,
    async () =>
      untilTranscribed(client, await client.uploadAnswer(question.id, await readRecording(path), { fileName })),
    ({ audio, transcript }) => {
      const what = `${formatName(path)}, ${seconds(audio?.durationMs ?? 0)}, ${kilobytes(audio?.bytes ?? 0)}`;
      return `Answer ${number} ${transcript ? 'kept and transcribed' : 'kept'}: ${what}`;
    },
  );
  tellTranscript(answer, report);
  return answer;
}

/** What MediaRecorder writes in Chrome and Firefox is WebM with Opus; the others are named after their ending. */
export function formatName(path: string): string {
  const ending = extname(path).slice(1).toUpperCase();
  return ending === 'WEBM' ? 'WebM/Opus' : ending;
}

function tellTranscript({ transcript, failure }: Answer, report: Report): void {
  if (transcript) report.detail(`“${opening(transcript)}”`);
  else report.detail(failure ?? 'No transcript yet; the recording is safe.', 'yellow');
}

/** The answer once its transcript is there or has failed; as it is after three minutes, since the recording is safe anyway. */
async function untilTranscribed(client: VivaClient, uploaded: Answer): Promise<Answer> {
  let answer = uploaded;
  const signal = AbortSignal.timeout(transcriptDeadlineMs);
  const updates = events<Answer>(signal, (observer) =>
    client.answers.onTranscript.subscribe({ answerId: uploaded.id }, observer),
  );
  for await (answer of updates) if (answer.transcriptState !== 'pending') break;
  return answer;
}
