import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startViva, type Viva } from '../support/viva.ts';
import { bearer, connect } from '../trpc/raw-socket.ts';

const readinessSchema = z.object({
  status: z.string(),
  problems: z.array(z.string()),
  draining: z.boolean(),
  database: z.string(),
  migrations: z.string(),
  storage: z.string(),
  jobs: z.string(),
  models: z.record(z.string(), z.looseObject({ ready: z.boolean(), keyRefused: z.boolean() })),
});

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

async function ask(url = server.url) {
  const response = await fetch(`${url}/health/ready`);
  return { http: response.status, ...readinessSchema.parse(await response.json()) };
}

const becomes = (expected: object, url?: string) =>
  vi.waitFor(async () => expect(await ask(url)).toMatchObject(expected), { timeout: 15_000, interval: 200 });

test('a server that works says so, part by part', async () => {
  expect(await ask()).toMatchObject({
    http: 200,
    status: 'ready',
    problems: [],
    draining: false,
    database: 'up',
    migrations: 'applied',
    storage: 'writable',
    jobs: 'running',
  });
});

test('a key that is refused makes what needs it not ready, and with it the server, until it is taken', async () => {
  await using other = await startViva({ SPEAK_BASE_URL: server.upstream.url, SPEAK_API_KEY: 'sk-not-the-key' });
  await becomes({ http: 503, status: 'not ready', database: 'up' }, other.url);
  const told = await ask(other.url);
  expect(told.models.speak).toMatchObject({ ready: false, keyRefused: true });
  expect(told.models.chat).toMatchObject({ ready: true, keyRefused: false });
  expect(told.problems).toEqual([expect.stringMatching(/API key was refused by .*SPEAK_API_KEY/)]);
  expect(JSON.stringify(told)).not.toContain('sk-not-the-key');
  const audio = await (await fetch(`${other.url}/api/audio/status`)).json();
  expect(audio).toMatchObject({ status: 'degraded', capabilities: { speak: { status: 'down' } } });
});

test('a refusal in a call counts as much as one of the list, and a call that works ends it', async () => {
  const { catalogue, product } = server.deps;
  server.upstream.failNext('speech', { status: 401 });
  const say = () =>
    product.speaker.speak({ text: 'Hello.', voice: 'alloy', language: 'en' }).then(async ({ body }) => {
      for await (const _ of body);
    });
  await expect(say()).rejects.toMatchObject({ code: 'unavailable' });
  expect(catalogue.status().speak).toMatchObject({ ready: false, keyRefused: true });
  expect(await ask()).toMatchObject({ http: 503, status: 'not ready' });
  await say();
  expect(await ask()).toMatchObject({ http: 200, status: 'ready' });
});

test('a server of models that cannot be reached hampers, and takes nobody away', async () => {
  // Nothing listens on the discard port.
  await using other = await startViva({ TRANSCRIBE_BASE_URL: 'http://127.0.0.1:9/v1', TRANSCRIBE_API_KEY: 'any' });
  await becomes({ http: 200, status: 'degraded', models: { transcribe: { ready: false } } }, other.url);
  expect((await ask(other.url)).problems).toEqual([expect.stringContaining('cannot be reached')]);
});

test('storage that takes nothing is told of, and told of no more once it does', async () => {
  const staging = join(server.audioPath, 'tmp');
  await rename(staging, `${staging}-away`);
  await writeFile(staging, 'a file where a folder should be');
  try {
    await becomes({ http: 503, storage: 'failing' });
  } finally {
    await rename(staging, `${staging}-file`);
    await rename(`${staging}-away`, staging);
  }
  await becomes({ http: 200, storage: 'writable' });
});

test('a database that lacks a migration of this version is told of', async () => {
  const { pool } = server.deps.db;
  const { rows } = await pool.query(
    'select id, finished_at from _prisma_migrations order by migration_name desc limit 1',
  );
  await pool.query('update _prisma_migrations set finished_at = null where id = $1', [rows[0].id]);
  await becomes({ http: 503, status: 'not ready', database: 'up', migrations: 'missing' });
  await pool.query('update _prisma_migrations set finished_at = $2 where id = $1', [rows[0].id, rows[0].finished_at]);
  await becomes({ http: 200, migrations: 'applied' });
});

test('a server that stops is not ready from that moment on, refuses what still comes, and is alive to the end', async () => {
  const stopping = await startViva();
  const { token } = await stopping.signIn();
  const deaf = await connect(stopping.url, bearer(token));
  // It will not answer the close frame: the server is busy stopping for a while.
  deaf.socket.pause();
  const closed = stopping.app.close();
  try {
    await becomes(
      { http: 503, status: 'not ready', draining: true, problems: ['The server is stopping.'] },
      stopping.url,
    );
    expect((await fetch(`${stopping.url}/health/live`)).status).toBe(200);
    const refused = await fetch(`${stopping.url}/trpc/auth.me`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      error: { data: { error: { code: 'unavailable' } }, message: expect.stringContaining('restarting') },
    });
  } finally {
    deaf.socket.terminate();
    await closed;
    await stopping.close();
  }
});
