/**
 * Generates the Prisma client after `npm ci`. The client needs no engine binary, and fetching one would need more than
 * the npm registry: naming any program as the engine keeps the command from downloading it.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
const { status, stdout, stderr } = spawnSync(process.execPath, [prisma, 'generate'], {
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  encoding: 'utf8',
});
if (status !== 0) {
  console.error(stdout, stderr);
  process.exitCode = status ?? 1;
}
