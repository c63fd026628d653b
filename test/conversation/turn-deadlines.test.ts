import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { TurnDeadlines } from '../../src/conversation/context.ts';
import type { Fault } from '../support/scripted-upstream.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, listen, messagesOf, turn } from './talking.ts';

const words = 'I baked bread for ten years.';
const sentences = 'This is the first sentence. The second one comes after it.';
let server: Viva;
let user: SignedIn;
let recording: Blob;
let usual: TurnDeadlines;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  recording = new Blob([await server.say(words)]);
  usual = { ...server.deps.product.deadlines };
});
beforeEach(() => void Object.assign(server.deps.product.deadlines, usual));
afterAll(() => server?.close());

const within = (deadlines: Partial<TurnDeadlines>) => Object.assign(server.deps.product.deadlines, deadlines);
const upload = (sessionId: string) => user.viva.uploadTurn(sessionId, recording, { fileName: 'turn.mp3' });
const begin = (sessionId: string) => user.viva.chat.begin.mutate({ sessionId });
const timedOut = (stage: string) => ({ type: 'turn-failed', stage, code: 'upstream_timeout' });

test('a transcription that hangs fails the turn; the recording is kept', async () => {
  const session = await interview(user);
  within({ transcriptionMs: 300 });
  server.upstream.failNext('transcriptions', 'stall-before-headers');
  const events = await turn(user, session.id, () => upload(session.id));
  expect(events.at(-1)).toMatchObject({ ...timedOut('transcription'), retryable: true });
  expect(await messagesOf(server, session.id)).toMatchObject([{ role: 'candidate', text: '', audio: {} }]);
  await expect.poll(() => server.upstream.callsTo('transcriptions').at(-1)?.ended(), { timeout: 10_000 }).toBe(true);
});

test.each<Fault>(['stall-before-headers', 'keep-alive-only'])('a first word that does not come: %s', async (fault) => {
  const session = await interview(user);
  within({ firstTokenMs: 300 });
  server.upstream.failNextReply('text', fault);
  const events = await turn(user, session.id, () => begin(session.id));
  expect(events.at(-1)).toMatchObject({ ...timedOut('reply'), retryable: true });
});

test('a reply that stalls keeps what was said', async () => {
  const session = await interview(user);
  within({ tokenToTokenMs: 300 });
  server.upstream.failNextReply('text', 'stall-after-first');
  const events = await turn(user, session.id, () => begin(session.id));
  expect(events.at(-1)).toMatchObject(timedOut('reply'));
  const told = events.flatMap((event) => (event.type === 'reply-delta' ? event.text : [])).join('');
  expect(await messagesOf(server, session.id)).toMatchObject([{ text: told, audioPartial: true }]);
});

describe('a reply of which nothing can be spoken', () => {
  it('fails at its speech, stays as text, and the interview goes on from it', async () => {
    const session = await interview(user, 2);
    within({ firstAudioMs: 300 });
    server.upstream.replyNext('text', sentences);
    const gate = server.upstream.hold(({ endpoint }) => endpoint === 'speech', 2);
    const events = await turn(user, session.id, () => begin(session.id));
    gate.open();
    expect(events.at(-1)).toMatchObject({ ...timedOut('speech'), retryable: false });
    expect(events).toContainEqual(expect.objectContaining({ type: 'reply-end', text: sentences }));
    expect(await messagesOf(server, session.id)).toMatchObject([{ text: sentences, audioPartial: true, audio: null }]);
    within(usual);
    const next = await turn(user, session.id, () => user.viva.chat.say.mutate({ sessionId: session.id, text: words }));
    expect(next.at(-1)).toMatchObject({ type: 'turn-ended' });
  });
});

test('a turn as a whole ends at its deadline, and with it the upload that was still coming', async () => {
  const session = await interview(user);
  within({ turnMs: 600 });
  const { over } = await listen(user, session.id);
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="turn.mp3"\r\n\r\n';
  const start = Buffer.concat([Buffer.from(head), Buffer.from(await recording.slice(0, 3_000).arrayBuffer())]);
  const slow = new ReadableStream<Uint8Array>({ start: (body) => body.enqueue(start) });
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const init = { method: 'POST', body: slow, duplex: 'half', headers };
  const sent = user.fetch(`/upload/turns/${session.id}`, init);
  expect((await over).at(-1)).toMatchObject(timedOut('upload'));
  const answer = await sent;
  expect([answer.status, await answer.json()]).toMatchObject([504, { error: { code: 'upstream_timeout' } }]);
  within(usual);
  expect((await turn(user, session.id, () => begin(session.id))).at(-1)).toMatchObject({ type: 'turn-ended' });
});

test('an upload that is interrupted is told so', async () => {
  const session = await interview(user);
  const { first, over } = await listen(user, session.id);
  const slow = new ReadableStream<Uint8Array>({
    start: (body) =>
      body.enqueue(Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n')),
  });
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const init = { method: 'POST', body: slow, duplex: 'half', headers };
  const sent = user.fetch(`/upload/turns/${session.id}`, init);
  await first('turn-started');
  await user.viva.chat.interrupt.mutate({ sessionId: session.id, heardMs: 0 });
  expect((await over).at(-1)).toMatchObject({ type: 'turn-interrupted' });
  expect((await sent).status).toBe(409);
});
