import pg from 'pg';
import type { Log } from '../log.ts';

/** Any number: the same one in every server on this database. */
const presenceLock = 7_126_002;
const againMs = 5_000;

/**
 * Takes the place of a server on this database, which PostgreSQL ends with its connection, however the server ends. Whoever
 * finds no other one there may free what dead servers held, in `alone`, instead of waiting until it falls due; servers
 * that come meanwhile wait for that. Holds one connection.
 */
export async function takePlace(
  { pool, log }: { pool: pg.Pool; log: Log },
  alone: () => Promise<void>,
): Promise<{ leave(): Promise<void> }> {
  let left = false;
  let timer: NodeJS.Timeout | undefined;
  let client = await connect();
  try {
    const { rows } = await client.query<{ first: boolean }>('select pg_try_advisory_lock($1) as first', [presenceLock]);
    if (rows[0]?.first) await alone();
    await client.query('select pg_advisory_lock_shared($1)', [presenceLock]);
    if (rows[0]?.first) await client.query('select pg_advisory_unlock($1)', [presenceLock]);
  } catch (error) {
    left = true;
    await client.end();
    throw error;
  }

  async function connect(): Promise<pg.Client> {
    const opened = new pg.Client({ ...pool.options, application_name: 'viva-presence', keepAlive: true });
    opened.on('error', (error) => log.warn({ err: error }, 'the connection that tells of this server was lost'));
    opened.on('end', again);
    await opened.connect();
    return opened;
  }

  function again(): void {
    if (left) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      connect()
        .then(async (opened) => {
          client = opened;
          await opened.query('select pg_advisory_lock_shared($1)', [presenceLock]);
        })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'this server could not tell others that it is there; it tries again');
          again();
        });
    }, againMs).unref();
  }

  return {
    async leave() {
      left = true;
      clearTimeout(timer);
      await client.end();
    },
  };
}
