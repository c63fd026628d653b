import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openQueue } from '../../src/jobs/queue.ts';
import { quiet } from './quiet.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database that every test database is a copy of. Nobody may stay connected to it. */
    templateUrl: string;
  }
}

/** Safe to lose, so as fast as it gets. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

export interface TemplateServer extends AsyncDisposable {
  /** The migrated database that every test database is a copy of. Nobody may stay connected to it. */
  url: string;
}

/** One real PostgreSQL for a whole run, in a folder of its own. */
export async function startTemplateServer(): Promise<TemplateServer> {
  const folder = await mkdtemp(join(tmpdir(), 'viva-test-postgres-'));
  const server = await startEmbeddedPostgres({ folder, log: quiet, settings });
  const pool = new pg.Pool({ connectionString: server.url });
  await migrate(pool, quiet);
  await (await openQueue({ pool, log: quiet })).close();
  await pool.end();
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let template: TemplateServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  template = await startTemplateServer();
  project.provide('templateUrl', template.url);
}

export async function teardown(): Promise<void> {
  await template?.[Symbol.asyncDispose]();
}
