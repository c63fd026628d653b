import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';

const folder = join(import.meta.dirname, '../../prisma/migrations');

const undefinedTable = z.object({ code: z.literal('42P01') });

/** Names of the migrations that this version needs and the database has not, in order. Rejects when it does not answer. */
export async function missingMigrations(pool: pg.Pool): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const needed = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const applied = new Set(await appliedMigrations(pool));
  return needed.filter((name) => !applied.has(name)).toSorted();
}

async function appliedMigrations(pool: pg.Pool): Promise<string[]> {
  try {
    const { rows } = await pool.query<{ migration_name: string }>(
      'select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
    );
    return rows.map((row) => row.migration_name);
  } catch (error) {
    if (undefinedTable.safeParse(error).success) return [];
    throw error;
  }
}
