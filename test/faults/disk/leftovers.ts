import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';

/** Staged files, and files without a row. They are removed, so that each case tells of its own. */
export async function takeLeftovers(audioPath: string, pool: pg.Pool): Promise<string[]> {
  const found: string[] = [];
  const take = async (path: string, what: string) => {
    await rm(join(audioPath, path));
    found.push(what);
  };
  const list = (folder: string) => readdir(join(audioPath, folder)).catch(() => []);
  for (const name of await list('tmp')) await take(join('tmp', name), 'a staged file is left');
  const { rows } = await pool.query<{ storage_key: string }>('select storage_key from audio_files');
  const known = new Set(rows.map((row) => row.storage_key));
  for (const folder of ['answers', 'questions', 'replies']) {
    for (const name of await list(folder)) {
      if (!known.has(`${folder}/${name}`)) await take(join(folder, name), `a file in ${folder} has no row`);
    }
  }
  return found;
}
