/** `npm run studio`: Prisma Studio on DATABASE_URL, or on the built-in database, which it starts or shares. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { ConfigError, readConfig, readEnvironment } from '../src/config.ts';
import { startEmbeddedPostgres } from '../src/db/embedded-postgres.ts';
import { migrate } from '../src/db/migrate.ts';

const log = { info() {}, warn: console.warn, error: console.error };

try {
  const config = readConfig(readEnvironment());
  const postgres = config.DATABASE_URL
    ? null
    : await startEmbeddedPostgres({ folder: join(config.VIVA_DATA_PATH, 'database'), log });
  const url = config.DATABASE_URL ?? postgres?.url ?? '';
  const pool = new pg.Pool({ connectionString: url });
  await migrate(pool, log);
  await pool.end();
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const studio = spawn(process.execPath, [prisma, 'studio', '--url', url, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // Any program: Studio needs no engine, and fetching one would need more than the npm registry.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => studio.kill(signal));
  const [code] = await once(studio, 'exit');
  await postgres?.stop();
  process.exitCode = typeof code === 'number' ? code : 0;
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
