import { basename } from 'node:path';
import type { VivaClient } from '../../client.ts';
import { formatName } from '../answering.ts';
import { explain, refusalCode } from '../explain.ts';
import { createInterview } from '../interview.ts';
import { type Material, readRecording } from '../recordings.ts';
import { kilobytes, opening, type Report, StepError } from '../report.ts';
import { printLatencies, type TurnTimes } from './latency-table.ts';
import { listen, TurnFailed } from './listening.ts';
import { type HeardTurn, hearReply } from './reply.ts';
import type { Talk } from './talk.ts';

const turnCount = 5;
/** The candidate does not wait for the end of the reply to this turn. */
const interruptedTurn = 2;

/** Begins an interview, says five recordings, hears each reply while it is spoken, and prints where the time went. */
export async function holdConversation(client: VivaClient, material: Material, report: Report): Promise<void> {
  report.heading('Interview');
  const { id: sessionId } = await createInterview(client, material, report, {
    questionCount: turnCount,
    // The interviewer says them.
    speakQuestions: false,
  });
  await using listening = await listen(client, sessionId);
  const talk = { client, sessionId, listening, report };
  report.heading('The interviewer begins');
  const times = [await hearOpening(talk)];
  for (let number = 1; number <= turnCount; number++) {
    const path = material.recordings[(number - 1) % material.recordings.length];
    if (!path) throw new Error('There is no recording to speak with.');
    report.heading(`Turn ${number}`);
    const turn = await tolerating(material, path, report, () => takeTurn(talk, number, path));
    if (turn) times.push({ name: String(number), ...turn });
    if (turn?.interviewOver) break;
  }
  if (times.length === 1) throw new Error('No recording was understood. Try the samples: leave --recordings away.');
  report.heading('Where the time went');
  printLatencies(times, report);
  const { events, replies } = listening.counts();
  report.done(`${replies} replies, each fetched once; ${events} events over one subscription, none of them twice`);
}

async function hearOpening(talk: Talk): Promise<TurnTimes> {
  const startedAt = performance.now();
  const { turnId } = await talk.client.chat.begin.mutate({ sessionId: talk.sessionId });
  const heard = await hearReply(talk, talk.listening.eventsOf(turnId), { startedAt, interrupting: false });
  return { name: 'opening', uploadMs: null, ...heard };
}

async function takeTurn(talk: Talk, number: number, path: string): Promise<HeardTurn & { uploadMs: number }> {
  const fileName = basename(path);
  const recording = await readRecording(path);
  const startedAt = performance.now();
  const { told, uploadMs, transcript } = await talk.report.step(
    `saying ${fileName}`,
    async () => {
      const { turnId } = await talk.client.uploadTurn(talk.sessionId, recording, { fileName });
      const uploaded = performance.now() - startedAt;
      const events = talk.listening.eventsOf(turnId);
      for (;;) {
        const { done, value: event } = await events.next();
        if (done) throw new Error('The turn ended before it was heard.');
        if (event.type === 'transcript-end') return { told: events, uploadMs: uploaded, transcript: event.text };
      }
    },
    () => `Said and transcribed: ${fileName}, ${formatName(path)}, ${kilobytes(recording.size)}`,
  );
  talk.report.detail(`“${opening(transcript)}”`);
  const heard = await hearReply(talk, told, { startedAt, interrupting: number === interruptedTurn });
  return { ...heard, uploadMs };
}

/** A recording of the user's own that the server does not take or understand is told, not fatal. Null then. */
async function tolerating<T>(
  { areOwn }: Material,
  path: string,
  report: Report,
  turn: () => Promise<T>,
): Promise<T | null> {
  try {
    return await turn();
  } catch (error) {
    const cause = error instanceof StepError ? error.cause : null;
    if (!areOwn || !(cause instanceof TurnFailed || refusalCode(cause))) throw error;
    report.failure(`${basename(path)} was not accepted: ${explain(cause)}`);
    return null;
  }
}
