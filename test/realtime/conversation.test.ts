import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { listen, messagesOf } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { converse, soundOf } from './support/conversing.ts';

const words = 'I led the migration of our payment API to TypeScript and cut the error rate by forty percent.';
let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const say = async (text: string) => Buffer.from(await server.say(text)).toString('base64');
const create = () =>
  user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 2, speakQuestions: false });

it('follows the brief to the letter, as a fresh guest without a token', async () => {
  await using client = await converse(server);
  client.send({ action: 'start' });
  const started = await client.next('session.started');
  expect(started).toMatchObject({ model: 'gpt-realtime', sessionId: null, token: expect.any(String) });
  client.send({ messageType: 'text', audioData: 'Hello, how are you?' });
  const reply = await client.next('reply.final');
  expect(String(reply.text).length).toBeGreaterThan(10);
  expect(client.told.filter(({ type }) => type === 'reply.delta').length).toBeGreaterThan(1);
  expect(soundOf(client.told).length).toBeGreaterThan(24_000);
  expect(await client.next('usage')).toMatchObject({ model: 'gpt-realtime', outputTokens: expect.any(Number) });
  const before = client.told.length;
  server.upstream.hearNext(words);
  client.send({ messageType: 'audio', audioData: await say(words) });
  expect(await client.next('transcript.final', before)).toMatchObject({ text: words });
  await client.next('reply.final', before);
  client.send({ action: 'stop' });
  expect(await client.next('ended', before)).toMatchObject({ reason: 'stopped' });
});

test('an interview: its plan, its memory, its transcript, its recording, its usage', async () => {
  const session = await create();
  const events = await listen(user, session.id, { turns: 2 });
  await using client = await converse(server, user.token);
  client.send({ action: 'start', sessionId: session.id });
  await client.next('session.started');
  const greeting = await client.next('reply.final');
  expect(greeting.text).toContain(session.questions[0]?.text);
  await events.first('turn-ended');
  const before = client.told.length;
  server.upstream.hearNext(words);
  client.send({ messageType: 'audio', audioData: await say(words) });
  expect(await client.next('transcript.final', before)).toMatchObject({ text: words });
  await client.next('reply.final', before);
  const told = await events.over;
  expect(told.at(-1)).toMatchObject({ type: 'turn-ended', interviewOver: false, audioPartial: false });
  await expect
    .poll(async () => (await messagesOf(server, session.id))[1]?.audio?.mimeType, { timeout: 10_000 })
    .toBe('audio/mpeg');
  expect(await messagesOf(server, session.id)).toMatchObject([
    { role: 'interviewer', text: greeting.text, audio: { mimeType: 'audio/mpeg' } },
    { role: 'candidate', text: words, questionId: session.questions[0]?.id },
    { role: 'interviewer', audioPartial: false },
  ]);
  const { models } = await user.viva.sessions.usage.query({ sessionId: session.id });
  expect(models.map(({ capability }) => capability)).toEqual(['chat', 'listen', 'realtime']);
  // The interviewer goes on from there in writing, with the same memory.
  client.send({ action: 'stop' });
  await client.next('ended', before);
  const { over } = await listen(user, session.id);
  await user.viva.chat.say.mutate({ sessionId: session.id, text: 'Please stop the interview now.' });
  expect((await over).at(-1)).toMatchObject({ type: 'turn-ended', interviewOver: true });
});

test('interrupting stops the reply upstream and cuts what is remembered to what was heard', async () => {
  const session = await create();
  await using client = await converse(server, user.token);
  server.upstream.replyNext('text', 'This is a long greeting. '.repeat(30));
  const events = await listen(user, session.id);
  client.send({ action: 'start', sessionId: session.id });
  await client.next('reply.audio.delta');
  client.send({ action: 'interrupt', heardMs: 100 });
  expect(await client.next('interrupted')).toMatchObject({ heardMs: 100 });
  await events.over;
  const [greeting] = await messagesOf(server, session.id);
  expect(greeting?.heardText?.length).toBeLessThan(greeting?.text.length ?? 0);
  const upstream = await server.upstream.realtime.latest();
  expect(upstream.received).toContainEqual(
    expect.objectContaining({ type: 'conversation.item.truncate', audio_end_ms: 100 }),
  );
});

test('an interview has one conversation at a time: the latest wins, and nobody else can end it', async () => {
  const session = await create();
  await using first = await converse(server, user.token);
  first.send({ action: 'start', sessionId: session.id });
  await first.next('reply.final');
  const stranger = await server.signIn();
  await using theirs = await converse(server, stranger.token);
  theirs.send({ action: 'start', sessionId: session.id });
  expect(await theirs.next('error')).toMatchObject({ error: { code: 'not_found' } });
  expect(first.told.map(({ type }) => type)).not.toContain('ended');
  await using second = await converse(server, user.token);
  second.send({ action: 'start', sessionId: session.id });
  await second.next('session.started');
  expect(await first.next('ended')).toMatchObject({ reason: 'stopped' });
});
