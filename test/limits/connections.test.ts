import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { defaultBounds } from '../../src/http/bounds.ts';
import { seedInterview } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answers, bearer, call, connect } from '../trpc/raw-socket.ts';
import { head, openSocket } from '../uploads/support/raw-socket.ts';

const impatient = { ...defaultBounds, headersMs: 300, bodyMs: 300, keepAliveMs: 300, stalledMs: 800, checkEveryMs: 50 };

let server: Viva;
let user: SignedIn;
let app: FastifyInstance;
let url: string;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
  app = await buildApp(server.deps, pino({ level: 'silent' }), impatient);
  // A body that is larger than the kernels between both ends take in by themselves.
  app.get('/large', async (_request, reply) => reply.send(Buffer.alloc(32 * 2 ** 20)));
  app.post('/long', async () => {
    await sleep(2 * impatient.bodyMs);
    return 'at last';
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app?.close();
  await server?.close();
});

const answer = async (socket: Socket) => JSON.parse((await text(socket)).split('\r\n\r\n')[1] ?? '{}');

test('a connection that says nothing, or its headers letter by letter, is ended with 408', async () => {
  const [silent, slow] = await Promise.all([openSocket(url), openSocket(url)]);
  slow.write('GET / HTTP/1.1\r\nhost: viva\r\n');
  const dripping = setInterval(() => slow.write('x'), 20);
  slow.on('error', () => undefined);
  expect(await answer(silent)).toMatchObject({ error: { code: 'upload_too_slow' } });
  expect(await answer(slow)).toMatchObject({ error: { code: 'upload_too_slow' } });
  clearInterval(dripping);
});

test.each(['/audio-interview/questions', '/trpc/sessions.create'])(
  'a body for %s that trickles is 408',
  async (path) => {
    const socket = await openSocket(url);
    const headers = {
      authorization: `Bearer ${user.token}`,
      'content-type': 'application/json',
      'content-length': '1000',
    };
    socket.write(head('POST', path, { ...headers, connection: 'close' }));
    const dripping = setInterval(() => socket.write(' '), 20);
    const [first] = await once(socket, 'data');
    clearInterval(dripping);
    socket.destroy();
    expect(String(first)).toMatch(/^HTTP\/1.1 408 /);
    expect(String(first)).toContain('upload_too_slow');
  },
);

test('a body that nobody wants, and that trickles, is cut off; an answer that takes longer than a body may is not', async () => {
  const [unwanted, long] = await Promise.all([openSocket(url), openSocket(url)]);
  unwanted.write(head('POST', '/api/voice/clear', { 'content-type': 'text/plain', 'content-length': '1000' }));
  long.write(head('POST', '/long', { 'content-type': 'application/json', 'content-length': '2', connection: 'close' }));
  long.write('{}');
  unwanted.on('error', () => undefined);
  const dripping = setInterval(() => unwanted.write(' '), 20);
  await once(unwanted.resume(), 'close');
  clearInterval(dripping);
  expect(await text(long)).toContain('at last');
});

test('headers that are too large are 431', async () => {
  const socket = await openSocket(url);
  socket.write(head('GET', '/health/live', { cookie: 'x'.repeat(20_000) }));
  expect(await answer(socket)).toMatchObject({ error: { code: 'too_large' } });
});

test('a connection is closed when no other request comes', async () => {
  const socket = await openSocket(url);
  socket.write(head('GET', '/health/live', {}));
  expect(await text(socket)).toContain('live');
});

test('who takes nothing of an answer is cut off; who is only slow is not', async () => {
  const [stalled, slow] = await Promise.all([openSocket(url), openSocket(url)]);
  stalled.write(head('GET', '/large', { connection: 'close' }));
  slow.write(head('GET', '/large', { connection: 'close' }));
  stalled.pause();
  let taken = 0;
  slow.on('data', (piece) => {
    taken += piece.length;
    slow.pause();
    setTimeout(() => slow.resume(), 1);
  });
  stalled.on('error', () => undefined);
  const connections = () => new Promise<number>((done) => app.server.getConnections((_error, count) => done(count)));
  await once(slow, 'close');
  expect(taken).toBeGreaterThan(32 * 2 ** 20);
  await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  stalled.destroy();
});

test('a user has so many streams over SSE open at once, and others have theirs', async () => {
  const { id: sessionId } = await seedInterview(server, user.userId);
  const left = new AbortController();
  const open = (who: SignedIn, session: string) =>
    fetch(`${url}/trpc/chat.onEvent?input=${encodeURIComponent(JSON.stringify({ sessionId: session }))}`, {
      headers: { authorization: `Bearer ${who.token}`, accept: 'text/event-stream' },
      signal: left.signal,
    });
  const opened = await Promise.all(Array.from({ length: 100 }, () => open(user, sessionId)));
  expect(opened.map(({ status }) => status)).toEqual(Array(100).fill(200));
  expect(await (await open(user, sessionId)).text()).toMatch(/rate_limited.*"retryAfterMs":2000/s);
  const other = await server.signIn();
  const theirs = await seedInterview(server, other.userId);
  expect(await firstPiece(await open(other, theirs.id))).not.toContain('rate_limited');
  left.abort();
});

test('over a socket: deep nesting is an answer, ten thousand calls at once are the end of it', async () => {
  const socket = await connect(server.url, bearer(user.token));
  socket.socket.send('['.repeat(500_000));
  expect(await socket.next(answers(null))).toMatchObject({ error: { data: { error: { code: 'invalid_input' } } } });
  socket.send(Array.from({ length: 10_000 }, (_, id) => call(id, 'query', 'auth.me')));
  expect(await socket.closed).toMatchObject({ code: 1008 });
});

async function firstPiece({ body }: Response): Promise<string> {
  for await (const piece of body ?? []) return Buffer.from(piece).toString();
  return '';
}
