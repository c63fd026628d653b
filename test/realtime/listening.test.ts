import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { converse } from './support/conversing.ts';

const words = 'I baked bread for ten years.';
let server: Viva;
let user: SignedIn;
let speech: Buffer<ArrayBuffer>;
let questionId: string;
let sessionId: string;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  const { url: baseURL, apiKey } = server.upstream;
  const voice = { model: 'tts-1', voice: 'onyx', input: words, response_format: 'pcm' } as const;
  const spoken = await new OpenAI({ baseURL, apiKey }).audio.speech.create(voice);
  speech = Buffer.from(await spoken.arrayBuffer());
  const input = { jobDescription: 'Baker', questionCount: 1, mode: 'live' } as const;
  const session = await user.viva.sessions.create.mutate(input);
  sessionId = session.id;
  questionId = session.questions[0]?.id ?? expect.fail('no question');
});
afterAll(() => server?.close());

/** A tenth of a second each. */
function* pieces(): Generator<ArrayBuffer> {
  for (let at = 0; at < speech.length; at += 4_800) {
    yield speech.buffer.slice(speech.byteOffset + at, speech.byteOffset + Math.min(speech.length, at + 4_800));
  }
}

it('tells the words of an answer while it is spoken, books what that takes, and keeps nothing', async () => {
  const told: string[] = [];
  const ended = vi.fn();
  const listening = user.viva.listen(questionId, { onWords: (text) => told.push(text), onEnd: ended });
  for (const piece of pieces()) listening.hear(piece);
  await vi.waitFor(() => expect(told.at(-1)).toBe(words), { timeout: 10_000 });
  expect(told.length).toBeGreaterThan(2);
  expect(ended).not.toHaveBeenCalled();
  listening.close();
  const { prisma } = server.deps.db;
  const booked = await vi.waitFor(() => prisma.usage.findFirstOrThrow({ where: { sessionId, capability: 'listen' } }), {
    timeout: 10_000,
  });
  expect(booked).toMatchObject({ userId: user.userId, audioMs: Math.round(speech.length / 48) });
  expect((await user.viva.answers.list.query({ questionId })).items).toEqual([]);
  expect(await prisma.liveRecording.count({ where: { questionId } })).toBe(0);
});

it('corrects its words where the model does', async () => {
  server.upstream.hearNext('I baked fine bread for ten years.');
  await using viva = await startViva({
    OPENAI_BASE_URL: server.upstream.url,
    OPENAI_API_KEY: server.upstream.apiKey,
    LISTEN_MODELS: 'gpt-4o-transcribe',
  });
  const guest = await viva.signIn();
  const { questions } = await guest.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const told: string[] = [];
  const listening = guest.viva.listen(questions[0]?.id ?? '', { onWords: (text) => told.push(text) });
  for (const piece of pieces()) listening.hear(piece);
  for (let quiet = 0; quiet < 10; quiet += 1) listening.hear(new ArrayBuffer(4_800));
  await vi.waitFor(() => expect(told.at(-1)).toBe('I baked fine bread for ten years.'), { timeout: 10_000 });
  listening.close();
});

it('ends without a word when the upstream does not listen', async () => {
  server.upstream.failNext('realtime', { status: 403 });
  const ended = vi.fn();
  const onWords = vi.fn();
  user.viva.listen(questionId, { onWords, onEnd: ended });
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), { timeout: 10_000 });
  expect(onWords).not.toHaveBeenCalled();
});

test.each([
  ['without a question', () => ({}), 'invalid_input'],
  ['for a question that is none', () => ({ questionId: '01990000-0000-7000-8000-000000000000' }), 'not_found'],
])('a start %s is refused', async (_, what, code) => {
  await using client = await converse(server, user.token);
  client.send({ action: 'start', mode: 'listen', ...what() });
  expect(await client.next('error')).toMatchObject({ error: { code } });
});

it('refuses a stranger, and who has not agreed to being recorded', async () => {
  const stranger = await server.signIn();
  await using theirs = await converse(server, stranger.token);
  theirs.send({ action: 'start', mode: 'listen', questionId });
  expect(await theirs.next('error')).toMatchObject({ error: { code: 'not_found' } });
  const shy = await server.signIn({ consent: false });
  const { questions } = await shy.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  await using client = await converse(server, shy.token);
  client.send({ action: 'start', mode: 'listen', questionId: questions[0]?.id });
  expect(await client.next('error')).toMatchObject({ error: { code: 'consent_required' } });
});

it('takes sound only', async () => {
  await using client = await converse(server, user.token);
  client.send({ action: 'start', mode: 'listen', questionId });
  await client.next('session.started');
  for (const message of [{ messageType: 'text', audioData: words }, { action: 'commit' }, { action: 'interrupt' }]) {
    const before = client.told.length;
    client.send(message);
    expect(await client.next('error', before)).toMatchObject({ error: { code: 'conflict' } });
  }
  client.send({ action: 'stop' });
  expect(await client.next('ended')).toMatchObject({ reason: 'finished' });
});
