import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { AnswerView } from '../../src/interview/schemas.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { collect, goodAnswer, type Interview, recording, refusalOf, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
let interview: Interview;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());
beforeEach(async () => {
  interview = await seedInterview(server, user.userId);
});

const holdTranscription = () =>
  server.upstream.hold((call) => call.endpoint === 'transcriptions', 1, { say: { content: goodAnswer } });
const upload = (number = 0) => user.viva.uploadAnswer(interview.questionIds[0], recording(number));
const attempts = () => server.upstream.callsTo('transcriptions').length;

/** The answer once it is transcribed, given up, or waiting for another try. */
const settled = (answerId: string) =>
  vi.waitFor(
    async () => {
      const answer = await user.viva.answers.get.query({ answerId });
      if (answer.transcriptState === 'pending' && !answer.failure) throw new Error('still being transcribed');
      return answer;
    },
    { timeout: 15_000, interval: 50 },
  );

async function isSafe(answer: AnswerView): Promise<boolean> {
  const audio = await user.viva.fetchAudio(answer.audio?.url ?? '');
  return Buffer.from(await audio.arrayBuffer()).equals(Buffer.from(await recording().arrayBuffer()));
}

test('a failing transcriber never loses a recording: it is kept, its owner is told, and a retry mends it', async () => {
  server.upstream.failNext('transcriptions', { status: 400 });
  const waiting = await settled((await upload()).id);
  expect(waiting).toMatchObject({ transcriptState: 'pending', transcript: null, counts: true });
  expect(waiting.failure).toMatch(/The recording is safe and will be tried again\./);
  expect(waiting.failure).not.toMatch(/Scripted/);
  expect(await isSafe(waiting)).toBe(true);

  // However far off the next try is, a retry is now.
  const postpone = "update pgboss.job set start_after = now() + interval '1 hour' where data->>'id' = $1";
  await server.deps.db.pool.query(postpone, [waiting.id]);
  server.upstream.hearNext(goodAnswer);
  const retried = await user.viva.answers.retry.mutate({ answerId: waiting.id });
  expect(retried.failure).toBeNull();
  expect(await settled(waiting.id)).toMatchObject({ transcriptState: 'done', transcript: goodAnswer, failure: null });
});

test('on REST the answer says the same, with the id to ask for later', async () => {
  server.upstream.failNext('transcriptions', { status: 400 });
  const form = new FormData();
  form.append('audio_file', recording(), 'answer.wav');
  form.append('question_id', interview.questionIds[0]);
  const response = await user.fetch('/api/audio-interview/submit-answer/', { method: 'POST', body: form });
  expect(response.status).toBe(201);
  const body = await response.json();
  expect(body).toMatchObject({
    answer_id: expect.any(String),
    transcribed_text: '',
    transcription_status: 'pending',
    message: expect.stringContaining('The recording is safe'),
  });
  server.upstream.hearNext(goodAnswer);
  await user.viva.answers.retry.mutate({ answerId: body.answer_id });
  expect(await settled(body.answer_id)).toMatchObject({ transcriptState: 'done' });
});

test('five failures in a row give up, but not for good', async () => {
  server.upstream.failNext('transcriptions', { status: 400 });
  const { id } = await settled((await upload()).id);
  await server.deps.db.prisma.answer.update({ where: { id }, data: { attempts: 4, failure: null } });
  server.upstream.failNext('transcriptions', { status: 400 });
  await user.viva.answers.retry.mutate({ answerId: id });
  const failed = await settled(id);
  expect(failed).toMatchObject({ transcriptState: 'failed', failure: expect.stringContaining('retry, or type') });
  expect(await isSafe(failed)).toBe(true);
  const report = await user.viva.evaluation.get.query({ sessionId: interview.id });
  expect(report.failures).toMatchObject([{ answerId: id, retryable: true, reason: failed.failure }]);

  server.upstream.hearNext(goodAnswer);
  await user.viva.answers.retry.mutate({ answerId: id });
  expect(await settled(id)).toMatchObject({ transcriptState: 'done' });
});

test('a short failure of the upstream is not even noticed', async () => {
  server.upstream.failNext('transcriptions', { status: 503, retryAfterS: 0 });
  server.upstream.hearNext(goodAnswer);
  const before = attempts();
  expect(await settled((await upload()).id)).toMatchObject({ transcriptState: 'done', transcript: goodAnswer });
  expect(attempts() - before).toBe(2);
});

test('the words carry their times, from the model or estimated, and rise within the recording', async () => {
  for (const number of [1, 2]) {
    // The first is timed by whisper-1; the second, without it, by where there is voice.
    if (number === 2) server.upstream.failNext('transcriptions', 'model_not_found');
    server.upstream.hearNext(goodAnswer);
    const answer = await settled((await upload(number)).id);
    const plain = (text: string) => text.replaceAll(/[.,]/g, '');
    expect(plain(answer.words.map(({ word }) => word).join(' '))).toBe(plain(goodAnswer));
    const times = answer.words.flatMap(({ startMs, endMs }) => [startMs, endMs]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(answer.audio?.durationMs ?? 0);
  }
  const models = server.upstream
    .callsTo('transcriptions')
    .slice(-3)
    .map(({ model }) => model);
  expect(models).toEqual(['whisper-1', 'whisper-1', 'gpt-4o-transcribe']);
  await server.deps.catalogue.refresh();
});

test('a recording without a word says so, is not scored, and can be answered otherwise', async () => {
  server.upstream.hearNext('');
  const silent = await settled((await upload()).id);
  expect(silent).toMatchObject({ transcriptState: 'no_speech', transcript: null });
  expect(silent.failure).toMatch(/No words were recognised/);
  const report = await user.viva.evaluation.run.mutate({ sessionId: interview.id });
  expect(report).toMatchObject({
    averageScore: null,
    evaluations: [],
    failures: [{ answerId: silent.id, retryable: false }],
  });
  await user.viva.answers.submitText.mutate({ questionId: interview.questionIds[0], text: goodAnswer });
  expect(await user.viva.evaluation.run.mutate({ sessionId: interview.id })).toMatchObject({ state: 'complete' });
});

test('language, question and file reach the transcriber; what was used is booked', async () => {
  interview = await seedInterview(server, user.userId, 1, { language: 'pt-BR' });
  server.upstream.hearNext('Eu liderei a migração.');
  const answer = await settled((await upload()).id);
  const call = server.upstream.callsTo('transcriptions').at(-1);
  expect(call).toMatchObject({
    language: 'pt',
    file: { bytes: answer.audio?.bytes, name: expect.stringMatching(/\.wav$/) },
  });
  expect(call?.body.prompt).toContain('Question 1');
  const [usage] = await server.deps.db.prisma.usage.findMany({ where: { sessionId: interview.id } });
  expect(usage).toMatchObject({ capability: 'transcribe', model: 'whisper-1', audioMs: answer.audio?.durationMs });
});

test('onTranscript tells of the answer now and once it is transcribed, then ends', async () => {
  const gate = holdTranscription();
  const { id: answerId } = await upload();
  await gate.full;
  const events = await collect<AnswerView>((handlers) =>
    user.viva.answers.onTranscript.subscribe(
      { answerId },
      {
        ...handlers,
        onData: (answer) => {
          handlers.onData(answer);
          gate.open();
        },
      },
    ),
  );
  expect(events.map(({ transcriptState }) => transcriptState)).toEqual(['pending', 'done']);
});

test('a retry while it is being transcribed does not ask twice; one that is transcribed stays as it is', async () => {
  const gate = holdTranscription();
  const before = attempts();
  const { id: answerId } = await upload();
  await gate.full;
  await Promise.all([1, 2, 3].map(() => user.viva.answers.retry.mutate({ answerId })));
  gate.open();
  const done = await settled(answerId);
  expect(await user.viva.answers.retry.mutate({ answerId })).toEqual(done);
  expect(attempts() - before).toBe(1);
});

test('a recording whose file is gone is told as it is', async () => {
  server.upstream.failNext('transcriptions', { status: 400 });
  const { id: answerId, audio } = await settled((await upload()).id);
  await rm(join(server.audioPath, audio?.path.replace(/^audio\//, '') ?? ''));
  await user.viva.answers.retry.mutate({ answerId });
  expect(await settled(answerId)).toMatchObject({
    transcriptState: 'failed',
    failure: expect.stringContaining('Record the answer again'),
  });
  expect(await refusalOf(user.viva.fetchAudio(audio?.url ?? ''))).toMatchObject({ code: 'gone' });

  // As the retention sweep leaves it: no row for the sound either.
  await server.deps.db.prisma.audioFile.delete({ where: { id: audio?.id ?? '' } });
  expect(await refusalOf(user.viva.answers.retry.mutate({ answerId }))).toMatchObject({ code: 'gone' });
});
