import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVivaClient } from '../src/client.ts';
import { converse } from './realtime/support/conversing.ts';
import type { ServerProcess } from './support/server-process.ts';
import { createTestWorld, type ServerWorld } from './support/server-world.ts';
import { bearer, call, connect } from './trpc/raw-socket.ts';

let world: ServerWorld;
let server: ServerProcess;
beforeAll(async () => {
  world = await createTestWorld();
  server = await world.start();
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** A stream as its client sees it: begun, and how it ended, in words. */
interface Stream {
  kind: string;
  ended: Promise<string>;
}

/** Over SSE, read byte by byte: an answer that is cut off rejects. Resolves once the server has begun it. */
async function overSse(token: string, path: string, sessionId: string): Promise<Stream> {
  const input = encodeURIComponent(JSON.stringify({ sessionId }));
  const headers = { ...bearer(token).headers, accept: 'text/event-stream' };
  const response = await fetch(`${server.url}/trpc/${path}?input=${input}`, { headers });
  expect(response.status).toBe(200);
  return { kind: `SSE ${path}`, ended: response.text() };
}

async function overSocket(token: string, path: string, sessionId: string): Promise<Stream> {
  const socket = await connect(server.url, bearer(token));
  socket.send(call(1, 'subscription', path, { sessionId }));
  await socket.next((message) => Reflect.get(Object(Reflect.get(Object(message), 'result')), 'type') === 'started');
  const ended = socket.closed.then((close) => JSON.stringify([socket.messages, close]));
  return { kind: `WebSocket ${path}`, ended };
}

async function conversing(token: string): Promise<Stream> {
  const socket = await converse(server, token);
  socket.send({ action: 'start' });
  await socket.next('session.started');
  const ended = socket.closed.then((close) => JSON.stringify([socket.told, close]));
  return { kind: 'conversation', ended };
}

/** Ten streams of one user: around a turn that runs, an evaluation that nobody began, and questions that wait. */
async function tenStreams(): Promise<Stream[]> {
  const { token } = await createVivaClient({ url: server.url }).auth.guest.mutate();
  const viva = createVivaClient({ url: server.url, token });
  await viva.auth.consent.mutate();
  const { id } = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const paths = ['chat.onEvent', 'chat.onEvent', 'evaluation.onProgress', 'questions.onReady'];
  const streams = await Promise.all([
    ...paths.map((path) => overSse(token, path, id)),
    ...paths.map((path) => overSocket(token, path, id)),
    conversing(token),
    conversing(token),
  ]);
  await viva.chat.begin.mutate({ sessionId: id });
  return streams;
}

test('50 live streams in the middle of everything each hear that the server stops, and it ends with 0', async () => {
  // Words come slowly, so that every turn is under way; no question is spoken before the gate opens.
  world.upstream.setPace({ tokenMs: 50 });
  const questions = world.upstream.hold(({ endpoint }) => endpoint === 'speech', 5);
  const streams = (await Promise.all(Array.from({ length: 5 }, tenStreams))).flat();
  expect(streams).toHaveLength(50);
  const endings = Promise.all(
    streams.map(async ({ kind, ended }) => ({
      kind,
      said: await ended.catch((error: unknown) => `cut off: ${error}`),
    })),
  );

  const exited = server.kill('SIGTERM');
  const silent = (await endings).filter(({ said }) => !/The server is restarting/.test(said) || /^cut off/.test(said));
  expect(silent).toEqual([]);
  for (const { kind, said } of await endings) if (kind.startsWith('SSE')) expect(said).toContain('serialized-error');

  // What nobody listens to may finish.
  questions.open();
  expect(await exited).toBe(0);

  // Nothing is left as if somebody still worked on it.
  const { rows } = await world.pool.query(
    `select count(*)::int as turns, (count(*) filter (where state = 'running'))::int as running from turns`,
  );
  expect(rows).toEqual([{ turns: 5, running: 0 }]);
}, 60_000);
