import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Guest, ServerProcess } from '../support/server-process.ts';
import { createTestWorld, type ServerWorld } from '../support/server-world.ts';

let world: ServerWorld;
let server: ServerProcess;
let user: Guest;
beforeAll(async () => {
  world = await createTestWorld();
  server = await world.start({ LOG_LEVEL: 'info' });
  user = await server.signIn();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const lineSchema = z.looseObject({ level: z.number(), msg: z.string(), requestId: z.string().optional() });
const lines = () =>
  server
    .said()
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)));

/** All lines of a request, once its last one is there. */
const ofRequest = (requestId: string) =>
  vi.waitFor(
    () => {
      const own = lines().filter((line) => line.requestId === requestId);
      expect(own.at(-1)?.msg).toMatch(/^(request finished|socket closed)$/);
      return own;
    },
    { timeout: 10_000 },
  );

/** By node:http, which sends any header. */
async function ask(path: string, headers: Record<string, string>, body?: string) {
  const sent = request(`${server.url}${path}`, { method: body === undefined ? 'GET' : 'POST', headers });
  sent.end(body);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; requestId: string }>();
  sent.on('error', reject).on('response', (response) => {
    const answer = { status: response.statusCode ?? 0, requestId: String(response.headers['x-request-id']) };
    buffer(response).then(() => resolve(answer), reject);
  });
  return promise;
}

const signedIn = () => ({ authorization: `Bearer ${user.token}` });
const json = () => ({ ...signedIn(), 'content-type': 'application/json' });

test('a finished request is one line: route, status, time, and who asked about which session', async () => {
  const session = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', speakQuestions: false });
  const input = encodeURIComponent(JSON.stringify({ sessionId: session.id }));
  await ask(`/trpc/sessions.get?input=${input}`, { ...signedIn(), 'x-request-id': 'from-the-proxy.1' });
  const own = await ofRequest('from-the-proxy.1');
  expect(own).toEqual([
    {
      level: 30,
      time: expect.any(Number),
      pid: server.pid,
      hostname: expect.any(String),
      requestId: 'from-the-proxy.1',
      userId: user.userId,
      sessionId: session.id,
      procedure: 'sessions.get',
      method: 'GET',
      route: '/trpc/:path',
      status: 200,
      durationMs: expect.any(Number),
      msg: 'request finished',
    },
  ]);
});

test.each(['', 'two words', 'x'.repeat(65), 'line\u0085break', '"quoted"', '<b>'])(
  'an id that could do harm, such as %j, is replaced',
  async (given) => {
    const { requestId } = await ask('/api/audio/status', { 'x-request-id': given });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await ofRequest(requestId)).at(-1)).toMatchObject({ route: '/api/audio/status', status: 200 });
  },
);

test('addresses, queries, bodies and tokens are in no line', async () => {
  const secret = 'Pflaumenmus';
  const { requestId } = await ask(`/api/${secret}?token=${secret}`, signedIn());
  expect((await ofRequest(requestId)).at(-1)).toMatchObject({ route: '(none)', status: 404 });
  const body = JSON.stringify({ jobDescription: `${secret} maker`, speakQuestions: false });
  expect((await ask('/trpc/sessions.create', json(), body)).status).toBe(200);
  const broken = await ask('/api/auth/login', json(), `{ "email": "${secret}`);
  // Refused while it was read: also then it is known which request it was.
  expect((await ofRequest(broken.requestId)).map(({ msg }) => msg)).toHaveLength(2);
  const words = server.said().replaceAll(/There is nothing at GET \S+/g, '');
  expect(words).not.toContain(secret);
  expect(words).not.toContain(user.token);
});

test('what is logged within a turn says whose turn of which session it was, and which request began it', async () => {
  const session = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', speakQuestions: false });
  world.upstream.failNextReply('text', { status: 400 });
  const { requestId } = await ask(
    '/trpc/chat.say',
    json(),
    JSON.stringify({ sessionId: session.id, text: 'Pumpernickel' }),
  );
  await vi.waitFor(
    () =>
      expect(lines()).toContainEqual(
        expect.objectContaining({
          msg: 'a turn failed',
          requestId,
          userId: user.userId,
          sessionId: session.id,
          turnId: expect.any(String),
        }),
      ),
    { timeout: 10_000 },
  );
  expect(server.said()).not.toContain('Pumpernickel');
});

test('what is logged within a job names its kind', async () => {
  world.upstream.failNext('speech', { status: 400 });
  await user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  await vi.waitFor(
    () => expect(lines()).toContainEqual(expect.objectContaining({ job: 'speak', jobId: expect.any(String) })),
    { timeout: 10_000 },
  );
});
