import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { type Conversing, converse } from './support/conversing.ts';

const words = 'I baked bread for ten years.';
let server: Viva;
let user: SignedIn;
let speech: Buffer;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  const { url: baseURL, apiKey } = server.upstream;
  const voice = { model: 'tts-1', voice: 'onyx', input: words, response_format: 'pcm' } as const;
  const spoken = await new OpenAI({ baseURL, apiKey }).audio.speech.create(voice);
  speech = Buffer.concat([Buffer.from(await spoken.arrayBuffer()), Buffer.alloc(24_000)]);
});
afterAll(() => server?.close());

async function question() {
  const input = { jobDescription: 'Baker', questionCount: 1, speakQuestions: false };
  const { questions } = await user.viva.sessions.create.mutate(input);
  return questions[0]?.id ?? expect.fail('no question');
}

function record(client: Conversing, from: number, to: number): void {
  for (let at = from; at < to; at += 9_600) {
    const sound = speech.subarray(at, Math.min(to, at + 9_600));
    client.send({ messageType: 'audio', audioData: sound.toString('base64') });
  }
}

test('an answer is recorded while its words are told', async () => {
  const questionId = await question();
  await using client = await converse(server, user.token);
  client.send({ action: 'start', mode: 'transcribe', questionId });
  const started = await client.next('session.started');
  expect(started).toMatchObject({ mode: 'transcribe', questionId, acknowledgedBytes: 0 });
  record(client, 0, speech.length);
  await vi.waitFor(() => expect(client.told).toContainEqual({ type: 'recording.acknowledged', bytes: speech.length }), {
    timeout: 10_000,
  });
  client.send({ action: 'stop' });
  const { answer } = await client.next('answer');
  expect(await client.next('ended')).toMatchObject({ reason: 'finished' });
  expect(client.told.filter(({ type }) => type === 'transcript.delta').length).toBeGreaterThan(2);
  expect(await client.next('transcript.final')).toMatchObject({ text: words });
  expect(answer).toMatchObject({ questionId, kind: 'spoken', transcriptState: 'done', transcript: words });
});

it('loses nothing with the connection: it goes on from the acknowledged byte', async () => {
  const questionId = await question();
  const first = await converse(server, user.token);
  first.send({ action: 'start', mode: 'transcribe', questionId });
  const { recordingId } = await first.next('session.started');
  record(first, 0, 48_000);
  await first.next('recording.acknowledged');
  first.socket.terminate();
  await using second = await converse(server, user.token);
  second.send({ action: 'start', mode: 'transcribe', recordingId });
  const { acknowledgedBytes } = await second.next('session.started');
  expect(acknowledgedBytes).toBeGreaterThan(0);
  record(second, Number(acknowledgedBytes), speech.length);
  second.send({ action: 'stop' });
  const { answer } = await second.next('answer');
  expect(answer).toMatchObject({ questionId, audio: { durationMs: Math.round(speech.length / 48) } });
  const { items } = await user.viva.answers.list.query({ questionId });
  expect(items).toHaveLength(1);
});

test.each([
  ['without a question', {}, 'invalid_input'],
  ['for a question that is none', { questionId: '01990000-0000-7000-8000-000000000000' }, 'not_found'],
  ['of a recording that is none', { recordingId: '01990000-0000-7000-8000-000000000000' }, 'not_found'],
])('a start %s is refused', async (_, what, code) => {
  await using client = await converse(server, user.token);
  client.send({ action: 'start', mode: 'transcribe', ...what });
  expect(await client.next('error')).toMatchObject({ error: { code } });
});

it('takes sound only', async () => {
  await using client = await converse(server, user.token);
  client.send({ action: 'start', mode: 'transcribe', questionId: await question() });
  await client.next('session.started');
  client.send({ messageType: 'text', audioData: words });
  expect(await client.next('error')).toMatchObject({ error: { code: 'conflict' } });
  const before = client.told.length;
  client.send({ messageType: 'audio', audioData: Buffer.from(await server.say(words)).toString('base64') });
  expect(await client.next('error', before)).toMatchObject({ error: { code: 'unsupported_media' } });
});
