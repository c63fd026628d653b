import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { createTestDatabase } from './database.ts';
import { quiet } from './quiet.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** What servers in processes of their own have around them: a database, a folder and a vendor. */
export interface ServerWorld extends AsyncDisposable {
  folder: string;
  audioPath: string;
  upstream: ScriptedUpstream;
  pool: pg.Pool;
  settings: Record<string, string>;
  /** Starts one more server on the same database and folder. It is stopped with the world. */
  start(settings?: Record<string, string>): Promise<ServerProcess>;
}

/** Without a `databaseUrl` a PostgreSQL of its own runs in the folder, with real durability. */
export async function createServerWorld({ databaseUrl }: { databaseUrl?: string | undefined }): Promise<ServerWorld> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'viva-world-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const url = databaseUrl ?? (await ownPostgres(folder, opened));
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  // A database that is taken away at the end of a test says so to idle connections.
  pool.on('error', () => {});
  opened.defer(() => pool.end());
  const upstream = opened.use(await startScriptedUpstream());
  const audioPath = join(folder, 'audio');
  const settings = {
    DATABASE_URL: url,
    VIVA_DATA_PATH: join(folder, 'data'),
    AUDIO_STORAGE_PATH: audioPath,
    OPENAI_BASE_URL: upstream.url,
    OPENAI_API_KEY: upstream.apiKey,
  };
  const servers = opened.adopt(new Set<ServerProcess>(), async (running) => {
    await Promise.all([...running].map((server) => server[Symbol.asyncDispose]()));
  });
  const stack = opened.move();
  return {
    folder,
    audioPath,
    upstream,
    pool,
    settings,
    async start(more = {}) {
      const server = await startServerProcess(folder, { ...settings, ...more });
      servers.add(server);
      return server;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** On an empty database of the test run. */
export async function createTestWorld(): Promise<ServerWorld> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createTestDatabase());
  const world = opened.use(await createServerWorld({ databaseUrl: database.url }));
  const stack = opened.move();
  return { ...world, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function ownPostgres(folder: string, opened: AsyncDisposableStack): Promise<string> {
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'database'), log: quiet });
  opened.defer(() => postgres.stop());
  return postgres.url;
}
