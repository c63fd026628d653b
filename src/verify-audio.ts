/** `npm run verify-audio`: reads every stored sound and says what is missing, damaged or nobody's; then it exits with 1. */
import { join } from 'node:path';
import { ConfigError, readConfig, readEnvironment } from './config.ts';
import { openDatabase } from './db/client.ts';
import { startEmbeddedPostgres } from './db/embedded-postgres.ts';
import { createStorage } from './deps.ts';
import { type AudioFinding, verifyAudio } from './jobs/verify-audio.ts';

const log = { info() {}, warn: console.error, error: console.error };

async function main(): Promise<AudioFinding[]> {
  await using opened = new AsyncDisposableStack();
  const config = readConfig(readEnvironment());
  const embedded = config.DATABASE_URL
    ? null
    : await startEmbeddedPostgres({ folder: join(config.VIVA_DATA_PATH, 'database'), log });
  opened.defer(async () => embedded?.stop());
  const db = openDatabase(config.DATABASE_URL ?? embedded?.url ?? '', { poolSize: 2, log });
  opened.defer(() => db.close());
  const { read, findings } = await verifyAudio({ db, storage: await createStorage(config, log) });
  process.stdout.write(`${table(findings)}${read} files read, ${findings.length} not as they should be\n`);
  return findings;
}

function table(findings: AudioFinding[]): string {
  if (findings.length === 0) return '';
  const rows = findings.map(({ problem, key, expectedBytes, bytes }) => [problem, key, expectedBytes, bytes]);
  const lines = [['problem', 'file', 'bytes stored', 'bytes found'], ...rows].map((row) =>
    row.map((cell) => String(cell ?? '–')),
  );
  const widthOf = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  return `${lines.map((line) => line.map((cell, column) => cell.padEnd(widthOf(column))).join('  ')).join('\n')}\n`;
}

try {
  if ((await main()).length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 2;
}
