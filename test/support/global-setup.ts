import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { migrate } from '../../src/db/migrate.ts';
import { quiet } from './quiet.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database that every test database is a copy of. Nobody may stay connected to it. */
    templateUrl: string;
  }
}

/** Safe to lose, so as fast as it gets. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

let folder: string | undefined;
let server: EmbeddedPostgres | undefined;

/** One real PostgreSQL for the whole run, in a folder of its own. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'viva-test-postgres-'));
  server = await startEmbeddedPostgres({ folder, log: quiet, settings });
  const pool = new pg.Pool({ connectionString: server.url });
  await migrate(pool, quiet);
  await pool.end();
  project.provide('templateUrl', server.url);
}

export async function teardown(): Promise<void> {
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}
