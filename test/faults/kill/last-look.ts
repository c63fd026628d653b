import { randomUUIDv7 } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../src/db/client.ts';
import { verifyAudio } from '../../../src/jobs/verify-audio.ts';
import { createDiskStorage } from '../../../src/storage/disk.ts';
import { quiet } from '../../support/quiet.ts';
import type { DoomedServer } from './doomed-server.ts';
import { filesWithoutRow, judgeAll } from './settling.ts';

const agedMs = 2 * 3_600_000;
const patienceMs = 45_000;

/** Sound that no answer, question or message points to: what a deletion leaves that was cut off after its commit. */
const strays = `audio_files f where f.kind in ('answer', 'question') and not exists (select 1 from answers a where a.audio_id = f.id)
  and not exists (select 1 from messages m where m.audio_id = f.id)
  and not exists (select 1 from questions q where q.audio_id = f.id)`;

/**
 * What kills have left is given the age at which reconciliation takes it for abandoned; then the server is started once
 * more, has to clear it away, and every byte is compared with its row. Stops the server. Returns how much was left.
 */
export async function lookAtLast(doomed: DoomedServer): Promise<{ files: number; rows: number; read: number }> {
  const { world, found } = doomed;
  const { pool } = world;
  await stop(doomed);
  const orphans = await filesWithoutRow(doomed);
  for (const key of orphans) await rename(join(world.audioPath, key), join(world.audioPath, agedName(key)));
  const aged = await pool.query(
    `update audio_files set created_at = created_at - interval '2 hours' where id in (select f.id from ${strays})`,
  );
  await doomed.start();
  const until = Date.now() + patienceMs;
  let left = '';
  do {
    await sleep(200);
    const files = await filesWithoutRow(doomed);
    const { rowCount } = await pool.query(`select 1 from ${strays}`);
    left = files.length + (rowCount ?? 0) > 0 ? `${files.length} files and ${rowCount} rows that nobody needs` : '';
  } while (left && Date.now() < until);
  if (left) found.push(`reconciliation has left ${left}`);
  await judgeAll(doomed);
  const { read, findings } = await verify(doomed);
  for (const { problem, key } of findings) found.push(`in the end, ${key} is ${problem}`);
  await stop(doomed);
  return { files: orphans.length, rows: aged.rowCount ?? 0, read };
}

/** In order: it has to end with 0. */
async function stop(doomed: DoomedServer): Promise<void> {
  doomed.dying = true;
  const code = await doomed.server().kill('SIGTERM');
  if (code !== 0) doomed.found.push(`a server that was stopped in order ended with ${code}`);
}

/** File names are version 7 UUIDs, which begin with the time (RFC 9562 §5.7). */
function agedName(key: string): string {
  const [folder, name = ''] = key.split('/');
  const born = (Date.now() - agedMs).toString(16).padStart(12, '0');
  const id = `${born.slice(0, 8)}-${born.slice(8)}${randomUUIDv7().slice(13)}`;
  return `${folder}/${id}.${name.split('.')[1]}`;
}

async function verify({ world }: DoomedServer) {
  const { DATABASE_URL: url = '' } = world.settings;
  const db = openDatabase(url, { poolSize: 2, log: quiet });
  try {
    return await verifyAudio({ db, storage: createDiskStorage({ root: world.audioPath }) });
  } finally {
    await db.close();
  }
}
