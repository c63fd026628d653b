import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './disk-errors.ts';

/** Longer than any recording is judged for; after this nobody is working on a staged file any more. */
const abandonedAfterMs = 60 * 60_000;

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const namePattern = /^([0-9a-f]{8})-(\d+)-[0-9a-f-]{36}\.part$/;

/** Paths this process is working on, shared by every storage in it. */
const active = new Set<string>();

/** A fresh temporary path. Its name tells which process of which machine owns it. */
export function claimStagedPath(folder: string): string {
  const path = join(folder, `${host}-${process.pid}-${randomUUID()}.part`);
  active.add(path);
  return path;
}

export function releaseStagedPath(path: string): void {
  active.delete(path);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is there, but belongs to somebody else.
    return errorCode(error) === 'EPERM';
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/**
 * Removes files whose process is gone: at once when it ran on this machine, after an hour when it ran elsewhere
 * (a shared folder) or its number was given to another process. Returns how many were removed.
 */
export async function sweepStagedFiles(folder: string): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const [, owner, pid] = namePattern.exec(name) ?? [];
    if (pid === undefined || active.has(path)) continue;
    const orphaned = owner === host && (Number(pid) === process.pid || !isRunning(Number(pid)));
    if (!orphaned && (await ageMs(path)) < abandonedAfterMs) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
