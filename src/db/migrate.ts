import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { Log } from '../log.ts';
import { openSchemaEngine } from './schema-engine.ts';

const folder = join(import.meta.dirname, '../../prisma/migrations');

/** Any number: the same one in every server that starts on this database. */
const migrationLock = 7_126_001;

/**
 * Brings the database up to `prisma/migrations` with Prisma's own engine, which keeps `_prisma_migrations`, so
 * that `prisma migrate deploy` stays usable. Servers that start together take turns on an advisory lock.
 */
export async function migrate(pool: pg.Pool, log: Log): Promise<void> {
  const migrations = await migrationList();
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const applied = await appliedMigrations(client);
    if (migrations.migrationDirectories.every(({ path }) => applied.has(path))) return;
    await using engine = await openSchemaEngine(pool);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrations,
      filters: { externalTables: [], externalEnums: [] },
    });
    log.info({ migrations: appliedMigrationNames }, 'database migrated');
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    client.release();
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
