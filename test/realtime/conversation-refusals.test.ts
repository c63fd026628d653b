import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import WebSocket from 'ws';
import { somebodys } from '../api/support/belongings.ts';
import { listen, messagesOf } from '../conversation/talking.ts';
import { silence, speechLike, wav } from '../support/audio-fixtures.ts';
import type { Fault } from '../support/scripted-upstream.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { converse } from './support/conversing.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const create = () =>
  user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1, speakQuestions: false });

/** The error that a message meets, on a connection that goes on. */
async function refusal(message: object | string, { started = false } = {}) {
  await using client = await converse(server, user.token);
  if (started) {
    client.send({ action: 'start' });
    await client.next('session.started');
  }
  const before = client.told.length;
  client.send(message);
  const { error } = await client.next('error', before);
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
  return error;
}

test.each<[string, object | string, string]>([
  ['garbage', 'this is no JSON', 'invalid_input'],
  ['JSON that is no object', '[1,2]', 'invalid_input'],
  ['an unknown action', { action: 'dance' }, 'invalid_input'],
  ['neither action nor message', {}, 'invalid_input'],
  ['sound before the start', { messageType: 'audio', audioData: 'AAAA' }, 'conflict'],
  ['text before the start', { messageType: 'text', audioData: 'Hello' }, 'conflict'],
  ['a stop before the start', { action: 'stop' }, 'conflict'],
  ['a voice that is none', { action: 'start', voice: 'darth' }, 'invalid_input'],
  ['a language that is none', { action: 'start', language: 'xx-klingon' }, 'invalid_input'],
  ['an id that is none', { action: 'start', sessionId: '../etc' }, 'invalid_input'],
])('%s is refused, and the connection goes on', async (_, message, code) => {
  expect(await refusal(message)).toMatchObject({ code, message: expect.stringMatching(/.{10}/) });
});

test.each<[string, object, string]>([
  ['a start twice', { action: 'start' }, 'conflict'],
  ['sound that is no base64', { messageType: 'audio', audioData: '%%%%' }, 'invalid_input'],
  ['empty text', { messageType: 'text', audioData: '  ' }, 'invalid_input'],
  ['text of 100 kB', { messageType: 'text', audioData: 'x'.repeat(100_000) }, 'invalid_input'],
  ['silence', { messageType: 'audio', audioData: base64(wav(silence(2_000))) }, 'no_speech'],
  [
    'a damaged recording',
    { messageType: 'audio', audioData: base64(Buffer.from('OggS is what it begins with')) },
    'recording_damaged',
  ],
])('%s in a conversation is refused, and the conversation goes on', async (_, message, code) => {
  expect(await refusal(message, { started: true })).toMatchObject({ code });
});

describe('an interview', () => {
  it('of somebody else is not there', async () => {
    const theirs = await somebodys(server);
    expect(await refusal({ action: 'start', sessionId: theirs.sessionId })).toMatchObject({ code: 'not_found' });
  });

  it('that has ended is told so', async () => {
    const { id: sessionId } = await create();
    await user.viva.sessions.end.mutate({ sessionId });
    expect(await refusal({ action: 'start', sessionId })).toMatchObject({ code: 'session_ended' });
  });

  it('needs consent to being recorded', async () => {
    const shy = await server.signIn({ consent: false });
    const { id: sessionId } = await shy.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
    await using client = await converse(server, shy.token);
    client.send({ action: 'start', sessionId });
    expect(await client.next('error')).toMatchObject({ error: { code: 'consent_required' } });
  });
});

describe('who may talk', () => {
  it('not with a wrong token, wherever it stands', async () => {
    const code = { error: { code: 'unauthenticated' } };
    await using byHeader = await converse(server, 'wrong');
    byHeader.send({ action: 'start' });
    expect(await byHeader.next('error')).toMatchObject(code);
    await using inStart = await converse(server);
    inStart.send({ action: 'start', token: 'wrong' });
    expect(await inStart.next('error')).toMatchObject(code);
    expect(inStart.told.map(({ type }) => type)).not.toContain('session.started');
  });

  it('with a token in start, or a cookie of a page of this server', async () => {
    const { id: sessionId } = await create();
    await using inStart = await converse(server);
    inStart.send({ action: 'start', token: user.token, sessionId });
    expect(await inStart.next('session.started')).toMatchObject({ sessionId });
    const cookie = `viva_token=${user.token}`;
    await using byCookie = await converse(server, undefined, { cookie, origin: server.url });
    byCookie.send({ action: 'start' });
    expect(await byCookie.next('session.started')).not.toHaveProperty('token');
    // Without an origin a cookie is nobody's: a guest is made.
    await using noPage = await converse(server, undefined, { cookie });
    noPage.send({ action: 'start' });
    expect(await noPage.next('session.started')).toHaveProperty('token');
  });

  it('a page of another origin may not even connect', async () => {
    await expect(converse(server, user.token, { origin: 'https://evil.example' })).rejects.toThrow('403');
  });

  it('not without a token where guests are not taken', async () => {
    await using closed = await startViva({ ALLOW_GUESTS: 'false' });
    await using client = await converse(closed);
    client.send({ action: 'start' });
    expect(await client.next('error')).toMatchObject({ error: { code: 'unauthenticated' } });
  });

  it('no longer once logged out', async () => {
    const leaving = await server.signIn();
    await using client = await converse(server, leaving.token);
    client.send({ action: 'start' });
    await client.next('session.started');
    await leaving.viva.auth.logout.mutate({});
    expect((await client.closed).code).toBe(4401);
    expect(client.told.at(-1)).toMatchObject({ type: 'ended' });
  });

  it('only so often at once', async () => {
    const eager = await server.signIn();
    await using clients = new AsyncDisposableStack();
    const start = async () => {
      const client = clients.use(await converse(server, eager.token));
      client.send({ action: 'start' });
      return vi.waitFor(() => client.told[0] ?? expect.fail('nothing yet'), { timeout: 10_000 });
    };
    for (let at = 0; at < 5; at++) expect(await start()).toMatchObject({ type: 'session.started' });
    expect(await start()).toMatchObject({ type: 'error', error: { code: 'rate_limited' } });
  });
});

describe('a client against the rules', () => {
  test.each<[string, (socket: WebSocket) => void, number]>([
    ['binary where text belongs', (socket) => socket.send(Buffer.alloc(100)), 1003],
    ['a frame of 100 MB', (socket) => socket.send('x'.repeat(100_000_000)), 1009],
    [
      'a flood',
      (socket) => {
        for (let at = 0; at < 2_000; at++) socket.send('{}');
      },
      1008,
    ],
  ])('%s: its socket is closed, and the others go on', async (_, act, code) => {
    await using client = await converse(server, user.token);
    client.send({ action: 'start' });
    await client.next('session.started');
    act(client.socket);
    expect((await client.closed).code).toBe(code);
    const upstream = server.upstream.realtime.connections.at(-1);
    await using other = await converse(server, user.token);
    other.send({ action: 'start' });
    await other.next('session.started');
    await expect.poll(() => upstream?.signal.aborted, { timeout: 10_000 }).toBe(true);
  });
});

describe('an upstream', () => {
  test.each<[string, Fault, number, string]>([
    ['that refuses the key', { status: 400 }, 1, 'upstream_failed'],
    ['that fails throughout', { status: 500 }, 3, 'upstream_failed'],
    ['that is busy', { status: 429 }, 3, 'unavailable'],
    ['that cannot be reached', 'connection-reset', 3, 'unavailable'],
  ])('%s is told as such, without its words', async (_, fault, times, code) => {
    server.upstream.realtime.failNextHandshake(fault, times);
    const error = await refusal({ action: 'start' });
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error)).not.toContain(server.upstream.apiKey);
  });

  it('without the model gives way to the next', async () => {
    await using other = await startViva();
    other.upstream.retire('gpt-realtime');
    other.upstream.retire('gpt-4o-transcribe');
    await using client = await converse(other);
    client.send({ action: 'start' });
    expect(await client.next('session.started')).toMatchObject({ model: 'gpt-realtime-mini' });
    const { received } = await other.upstream.realtime.latest();
    expect(JSON.stringify(received.findLast(({ type }) => type === 'session.update'))).toContain('whisper-1');
  });

  test.each(['session.updated', 'input_audio_buffer.committed', 'response.created', 'response.output_audio.delta'])(
    'that closes at %s never leaves anybody waiting',
    async (type) => {
      const { id: sessionId } = await create();
      await using client = await converse(server, user.token);
      server.upstream.realtime.closeNextOn(type);
      client.send({ action: 'start', sessionId });
      await vi.waitFor(
        () =>
          expect(client.told.map((told) => told.type)).toEqual(
            expect.arrayContaining([expect.stringMatching(/^(reply\.final|error|session\.bridged)$/)]),
          ),
        { timeout: 10_000 },
      );
      client.send({ messageType: 'text', audioData: 'I baked bread for ten years.' });
      await client.next(type === 'session.updated' ? 'error' : 'reply.final', 1);
    },
  );
});

it('stops with the server: a last word, then the close', async () => {
  await using other = await startViva();
  await using client = await converse(other);
  client.send({ action: 'start' });
  await client.next('session.started');
  await other.restart();
  expect((await client.closed).code).toBe(1012);
  expect(client.told.at(-1)).toMatchObject({ type: 'ended' });
});

it('never takes for an answer what the offline demo says of a recording that it cannot hear', async () => {
  const { id: sessionId } = await create();
  await using client = await converse(server, user.token);
  const { over } = await listen(user, sessionId);
  client.send({ action: 'start', sessionId });
  await over;
  const answer = await listen(user, sessionId);
  client.send({ messageType: 'audio', audioData: base64(wav(speechLike(2_000))) });
  expect((await answer.over).at(-1)).toMatchObject({ type: 'turn-failed', code: 'upstream_refused' });
  expect(await client.next('error')).toMatchObject({ error: { code: 'upstream_refused' } });
  const messages = await messagesOf(server, sessionId);
  expect(messages.map(({ role, text }) => [role, text !== ''])).toEqual([
    ['interviewer', true],
    ['candidate', false],
  ]);
});
