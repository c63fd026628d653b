import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest';
import { listen, messagesOf } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { type Conversing, converse, soundOf } from './support/conversing.ts';

const words = 'I baked bread for ten years.';
const patient = { timeout: 10_000 };
const silence = Buffer.alloc(48_000);
let server: Viva;
let user: SignedIn;
let speech: Buffer;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  const { url: baseURL, apiKey } = server.upstream;
  const voice = { model: 'tts-1', voice: 'onyx', input: words, response_format: 'pcm' } as const;
  const spoken = await new OpenAI({ baseURL, apiKey }).audio.speech.create(voice);
  speech = Buffer.from(await spoken.arrayBuffer());
});
afterAll(() => server?.close());

const create = () =>
  user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 2, speakQuestions: false });

/** As a microphone does: in small pieces, and with silence after the words. */
function speak(client: Conversing, ...sounds: Buffer[]): void {
  const sound = Buffer.concat(sounds);
  for (let at = 0; at < sound.length; at += 9_600) {
    client.send({ messageType: 'audio', audioData: sound.subarray(at, at + 9_600).toString('base64') });
  }
}

/** An interview whose greeting is over. */
async function greeted(client: Conversing) {
  const session = await create();
  const events = await listen(user, session.id);
  client.send({ action: 'start', sessionId: session.id });
  await events.over;
  return session;
}

test('sound as it comes: the pause ends it, the words are heard, and the interviewer goes on', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  const { over } = await listen(user, session.id);
  const before = client.told.length;
  client.send({ action: 'interrupt' });
  speak(client, silence, speech, silence, silence);
  await client.next('speech.started', before);
  await client.next('speech.stopped', before);
  expect(await client.next('transcript.final', before)).toMatchObject({ text: words });
  await client.next('reply.final', before);
  expect((await over).at(-1)).toMatchObject({ type: 'turn-ended' });
  await vi.waitFor(async () => {
    const said = (await messagesOf(server, session.id)).find(({ role }) => role === 'candidate');
    expect(said).toMatchObject({ text: words, audio: { mimeType: 'audio/mpeg' } });
    // From a little before the first word, not from the start of the connection.
    expect(said?.audio?.durationMs).toBeGreaterThan(speech.length / 48);
  }, patient);
});

test('beginning to speak interrupts the interviewer', async () => {
  await using client = await converse(server, user.token);
  const session = await create();
  server.upstream.replyNext('text', 'This is a long greeting. '.repeat(20));
  const { over } = await listen(user, session.id);
  client.send({ action: 'start', sessionId: session.id });
  await vi.waitFor(() => expect(soundOf(client.told).length).toBeGreaterThan(100_000), { timeout: 10_000 });
  speak(client, speech, silence);
  const { heardMs } = await client.next('interrupted');
  await over;
  await client.next(
    'reply.final',
    client.told.findIndex(({ type }) => type === 'transcript.final'),
  );
  await vi.waitFor(async () => {
    const [greeting] = await messagesOf(server, session.id);
    expect(greeting?.heardText?.length).toBeLessThan(greeting?.text.length ?? 0);
  }, patient);
  const upstream = await server.upstream.realtime.latest();
  const cut = upstream.received.find(({ type }) => type === 'conversation.item.truncate');
  expect(cut).toMatchObject({ audio_end_ms: heardMs });
});

test('words before a pause count, though the interviewer is interrupted before it could reply', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  client.send({ action: 'interrupt' });
  server.upstream.setPace({ transcribeMs: 300 });
  const first = await listen(user, session.id, { turns: 2 });
  speak(client, speech, silence);
  await client.next('speech.stopped');
  speak(client, speech, silence);
  await first.over;
  server.upstream.setPace({ transcribeMs: 0 });
  const said = (await messagesOf(server, session.id)).filter(({ role, text }) => role === 'candidate' && text);
  expect(said.map(({ text }) => text)).toEqual([words, words]);
});

it('goes on over another session when the upstream drops, knowing what was said', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  const before = client.told.length;
  (await server.upstream.realtime.latest()).terminate();
  expect(await client.next('session.bridged', before)).toMatchObject({ reason: expect.stringContaining('lost') });
  const upstream = await server.upstream.realtime.latest();
  const told = upstream.received.filter(({ type }) => type === 'conversation.item.create');
  expect(JSON.stringify(told)).toContain(session.questions[0]?.text);
  client.send({ messageType: 'text', audioData: words });
  await client.next('reply.final', before);
  upstream.terminate();
  expect(await client.next('ended', before)).toMatchObject({ reason: 'failed' });
  expect(client.told.at(-2)).toMatchObject({
    type: 'error',
    error: { code: expect.stringMatching(/upstream|unavailable/) },
  });
});

it('asks again for a reply that was lost before anything of it was heard', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  const { over } = await listen(user, session.id);
  const before = client.told.length;
  server.upstream.realtime.closeNextOn('response.created');
  client.send({ messageType: 'text', audioData: words });
  await client.next('session.bridged', before);
  expect((await over).at(-1)).toMatchObject({ type: 'turn-ended' });
});

it('hears what was said from its recording when the connection is lost before its words came', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  const { over } = await listen(user, session.id);
  server.upstream.realtime.closeNextOn('conversation.item.input_audio_transcription.completed');
  server.upstream.hearNext('');
  server.upstream.hearNext(words);
  client.send({ action: 'interrupt' });
  speak(client, speech, silence);
  const events = await over;
  expect(events.find(({ type }) => type === 'transcript-end')).toMatchObject({ text: words });
});

it('hears what was said from its recording, too, when it was lost before the upstream took it', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  const { over } = await listen(user, session.id);
  server.upstream.realtime.closeNextOn('input_audio_buffer.committed');
  server.upstream.hold(({ endpoint }) => endpoint === 'realtime_transcription');
  server.upstream.hearNext(words);
  client.send({ messageType: 'audio', audioData: Buffer.from(await server.say(words)).toString('base64') });
  const events = await over;
  expect(events.find(({ type }) => type === 'transcript-end')).toMatchObject({ text: words });
  expect(events.at(-1)).toMatchObject({ type: 'turn-ended' });
});

it('takes a new session at the limit of the old one, at a quiet moment', async () => {
  const { voice } = server.deps.product;
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  const usual = { ...voice };
  try {
    Object.assign(voice, { renewAfterMs: 0 });
    // Read when a conversation begins.
    await using other = await converse(server, user.token);
    other.send({ action: 'start' });
    expect(await other.next('session.bridged')).toMatchObject({ reason: expect.stringContaining('60 minutes') });
    other.send({ messageType: 'text', audioData: 'Hello, how are you?' });
    await other.next('reply.final');
  } finally {
    Object.assign(voice, usual);
  }
  expect(session.id).toBeDefined();
});

it('ends the interview by itself, with its evaluation', async () => {
  await using client = await converse(server, user.token);
  const session = await greeted(client);
  client.send({ messageType: 'text', audioData: 'Please stop the interview now.' });
  expect(await client.next('ended')).toMatchObject({ reason: 'interview-over' });
  expect((await user.viva.sessions.get.query({ sessionId: session.id })).state).toBe('ended');
});
