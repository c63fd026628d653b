import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { Log } from '../log.ts';

const folder = join(import.meta.dirname, '../../prisma/migrations');

/** Any number: the same one in every server that starts on this database. */
const migrationLock = 7_126_001;

/** As Prisma's own engine makes it, so that `prisma migrate deploy` stays usable. */
const bookkeeping = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

/**
 * Brings the database up to `prisma/migrations`, each in one transaction with its row in `_prisma_migrations`: Prisma's
 * engine books a migration before and after it, and one that a crash cuts off in between has to be resolved by hand.
 * Servers that start together take turns on an advisory lock. The connection that migrates holds it, so that the next
 * server waits for what PostgreSQL still does for one that died.
 */
export async function migrate(pool: pg.Pool, log: Log): Promise<void> {
  const { migrationDirectories } = await migrationList();
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const applied = await appliedMigrations(client);
    const missing = migrationDirectories.filter(({ path }) => !applied.has(path));
    if (missing.length === 0) return;
    await client.query(bookkeeping);
    for (const { path, migrationFile } of missing) await apply(client, path, migrationFile.content.value);
    log.info({ migrations: missing.map(({ path }) => path) }, 'database migrated');
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    client.release();
  }
}

async function apply(client: pg.PoolClient, name: string, script: string): Promise<void> {
  await client.query('begin');
  try {
    // What an earlier version of this server had begun when it died.
    await client.query(
      `update _prisma_migrations set rolled_back_at = now()
        where migration_name = $1 and finished_at is null and rolled_back_at is null`,
      [name],
    );
    await client.query(script);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
        values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), createHash('sha256').update(script).digest('hex'), name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** `prisma/migrations` as the engine wants it. */
export async function migrationList() {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readFile(join(folder, path, 'migration.sql'), 'utf8') },
      },
    })),
  );
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}

async function appliedMigrations(client: pg.PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ present: boolean }>(
    `select to_regclass('_prisma_migrations') is not null as present`,
  );
  if (!rows[0]?.present) return new Set();
  const done = await client.query<{ migration_name: string }>(
    'select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  );
  return new Set(done.rows.map((row) => row.migration_name));
}
