import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { migrate } from '../../src/db/migrate.ts';
import { quiet } from '../support/quiet.ts';

let folder: string;
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-postgres-'));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop().catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

async function start() {
  const server = await startEmbeddedPostgres({ folder, log: quiet });
  running.push(server);
  return server;
}

const pidOf = async () => Number((await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('three starts at once on a fresh folder share one server; it ends with the last of them and keeps the data', async () => {
  const [first, second, third] = await Promise.all([start(), start(), start()]);
  expect(new Set([first.url, second.url, third.url]).size).toBe(1);
  await query(first.url, 'create table kept (n int); insert into kept values (7)');
  await first.stop();
  await second.stop();
  expect(await query(third.url, 'select n from kept')).toEqual([{ n: 7 }]);
  await third.stop();
  await expect(query(first.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const again = await start();
  expect(await query(again.url, 'select n from kept')).toEqual([{ n: 7 }]);
}, 60_000);

test('a server that was killed starts again with what it had committed', async () => {
  const first = await start();
  await query(first.url, 'create table kept (n int); insert into kept values (1)');
  process.kill(await pidOf(), 'SIGKILL');
  const second = await start();
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 1 }]);
}, 60_000);

test('two servers that migrate at once apply each migration once', async () => {
  const { url } = await start();
  const pools = [new pg.Pool({ connectionString: url }), new pg.Pool({ connectionString: url })];
  await Promise.all(pools.map((pool) => migrate(pool, quiet)));
  const names = await query(
    url,
    'select migration_name from _prisma_migrations where finished_at is not null order by 1',
  );
  const folders = (await readdir(join(import.meta.dirname, '../../prisma/migrations'))).filter((name) =>
    /^\d/.test(name),
  );
  expect(names).toEqual(folders.toSorted().map((migration_name) => ({ migration_name })));
  await Promise.all(pools.map((pool) => pool.end()));
}, 60_000);
