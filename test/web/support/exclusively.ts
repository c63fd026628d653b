import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A process that held the place this long was killed. */
const abandonedMs = 120_000;

/** Does the work while no other process of this machine does work of this name. Making a folder is atomic. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const place = join(tmpdir(), `viva-${name}.lock`);
  for (;;) {
    try {
      await mkdir(place);
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const made = await stat(place).catch(() => null); // freed between the two calls
      if (made && Date.now() - made.mtimeMs > abandonedMs) await rm(place, { recursive: true, force: true });
      else await wait(50);
    }
  }
  try {
    return await work();
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
