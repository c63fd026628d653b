import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import { keptSecret } from '../secrets.ts';
import { type PostgresTools, postgresTools } from './postgres-tools.ts';

export interface EmbeddedPostgres {
  /** Connection string of the `viva` database. */
  url: string;
  /** Stops the server, unless another process still uses it. Close your own connections first. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the data, made when absent. Several processes may share it. */
  folder: string;
  log: Log;
  /** Server settings such as `fsync: 'off'`, for tests. */
  settings?: Record<string, string>;
}

const user = 'viva';
const presenceName = 'viva-presence';

/** Starts PostgreSQL on the folder, or adopts the one that already runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { folder, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = await keptSecret(folder, 'postgres-password');
  const tools = await postgresTools(folder, log);
  const data = join(folder, 'postgres');
  if (!(await exists(join(data, 'PG_VERSION')))) await initialise(tools, folder, data);
  const urlOf = (port: number, database: string) => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
  for (let attempt = 1; ; attempt++) {
    const port = await startOrAdopt(tools, folder, data, options);
    const presence = new pg.Client({ connectionString: urlOf(port, 'postgres'), application_name: presenceName });
    presence.on('error', (error) => log.warn({ err: error }, 'lost the connection to the built-in PostgreSQL'));
    try {
      await presence.connect();
      await createDatabase(presence);
      return { url: urlOf(port, 'viva'), stop: () => stop(presence, tools, data, log) };
    } catch (error) {
      // The process that had started it may be stopping it at this very moment.
      if (attempt === 5) throw error;
      await sleep(200 * attempt);
    }
  }
}

/** The presence connection tells other processes on the folder that somebody still needs the server. */
async function stop(presence: pg.Client, tools: PostgresTools, data: string, log: Log): Promise<void> {
  const shared = await othersPresent(presence);
  await presence.end();
  if (shared) log.info({}, 'leaving PostgreSQL running: another process uses it');
  else await tools.run('pg_ctl', ['stop', '-D', data, '-m', 'fast', '-w', '-s']);
}

/** One that has just left may still be listed for a moment. */
async function othersPresent(presence: pg.Client): Promise<boolean> {
  for (let look = 1; look <= 5; look++) {
    const { rowCount } = await presence.query(
      'select 1 from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid() limit 1',
      [presenceName],
    );
    if (!rowCount) return false;
    await sleep(100 * look);
  }
  return true;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Fills a folder of its own and renames it, so that a crash half-way leaves nothing that looks like a database. */
async function initialise(tools: PostgresTools, folder: string, data: string): Promise<void> {
  const draft = join(folder, `postgres.initialising.${randomUUID()}`);
  const passwordFile = join(folder, 'postgres-password');
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--auth=scram-sha-256', `--username=${user}`, `--pwfile=${passwordFile}`];
  await tools.run('initdb', ['-D', draft, ...locale, ...access]);
  await rename(draft, data).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(join(data, 'PG_VERSION')))) throw error;
  });
}

/** Returns the port. A second server that starts at the same moment finds the first one's and uses it. */
async function startOrAdopt(
  tools: PostgresTools,
  folder: string,
  data: string,
  { settings = {}, log }: EmbeddedPostgresOptions,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    if (await tools.succeeds('pg_ctl', ['status', '-D', data])) {
      const port = await readyPort(join(data, 'postmaster.pid'));
      if (port) return port;
    }
    const port = await freePort();
    const flags = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
    const conf = Object.entries(flags).map(([name, value]) => `${name} = '${value}'`);
    await writeFile(join(data, 'postgresql.auto.conf'), `${conf.join('\n')}\n`, { mode: 0o600 });
    const started = await tools.succeeds('pg_ctl', [
      'start',
      '-D',
      data,
      '-w',
      '-t',
      '60',
      '-s',
      '-l',
      join(folder, 'postgres.log'),
    ]);
    if (started) return port;
    log.warn({ attempt }, 'PostgreSQL did not start, looking again');
    if (attempt === 3) {
      throw new Error(
        `The built-in PostgreSQL did not start; ${join(folder, 'postgres.log')} says why. Or set DATABASE_URL.`,
      );
    }
  }
}

/** Line 4 of the file is the port and line 8 says `ready`, once it is. Null when the server went away or never gets there. */
async function readyPort(pidFile: string): Promise<number | null> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n').map((line) => line.trim());
    if (lines[7] === 'ready') return Number(lines[3]);
    if (!lines[0]) return null;
    await sleep(50);
  }
  return null;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function createDatabase(client: pg.Client): Promise<void> {
  const found = await client.query(`select 1 from pg_database where datname = 'viva'`);
  if (found.rowCount) return;
  await client.query('create database viva').catch((error: unknown) => {
    const duplicate = error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505');
    if (!duplicate) throw error;
  });
}
