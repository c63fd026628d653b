import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVivaClient } from '../src/client.ts';
import { type ServerProcess, startServerProcess } from './faults/server-process.ts';
import { converse } from './realtime/support/conversing.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './support/scripted-upstream.ts';
import { bearer, call, connect } from './trpc/raw-socket.ts';

let folder: string;
let database: TestDatabase;
let upstream: ScriptedUpstream;
let server: ServerProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-drain-'));
  database = await createTestDatabase();
  upstream = await startScriptedUpstream();
  server = await startServerProcess(folder, {
    DATABASE_URL: database.url,
    VIVA_DATA_PATH: join(folder, 'data'),
    AUDIO_STORAGE_PATH: join(folder, 'audio'),
    OPENAI_BASE_URL: upstream.url,
    OPENAI_API_KEY: upstream.apiKey,
    RATE_LIMIT_PER_MINUTE: '1000000',
  });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

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
  upstream.setPace({ tokenMs: 50 });
  const questions = upstream.hold(({ endpoint }) => endpoint === 'speech', 5);
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
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    `select count(*)::int as turns, (count(*) filter (where state = 'running'))::int as running from turns`,
  );
  await client.end();
  expect(rows).toEqual([{ turns: 5, running: 0 }]);
}, 60_000);
