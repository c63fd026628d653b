import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** fsync of a folder makes the names in it durable; Windows has no such call and does not need it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates a folder and what leads to it, durably. */
export async function makeFolder(path: string): Promise<void> {
  const created = await mkdir(path, { recursive: true });
  if (created) await syncFolder(dirname(created));
}
