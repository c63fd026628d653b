import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, readlink, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDiskStorage } from '../../src/storage/disk.ts';
import { diskError } from '../../src/storage/disk-errors.ts';
import { growing } from '../../src/storage/disk-growing.ts';
import { describeStorageContract, type StorageUnderTest } from './contract.ts';

interface DiskUnderTest extends StorageUnderTest {
  root: string;
  tmp: string;
}

async function create(): Promise<DiskUnderTest> {
  const root = await mkdtemp(join(tmpdir(), 'viva-storage-'));
  const tmp = join(root, 'tmp');
  return {
    root,
    tmp,
    storage: createDiskStorage({ root }),
    stagedFiles: async () => (existsSync(tmp) ? (await readdir(tmp)).length : 0),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function* content(text: string) {
  yield Buffer.from(text);
}

/** Descriptors of this process that point into the folder. */
async function openDescriptors(folder: string): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((target) => target.startsWith(folder)).length;
}

describeStorageContract('disk', create);

describe('disk storage', () => {
  it('sweeps at once what a process that is gone left behind', async () => {
    await using under = await create();
    const staged = await under.storage.stage(content('half'), { maxBytes: 100 });
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const [host] = staged.path.slice(under.tmp.length + 1).split('-');
    await rename(staged.path, join(under.tmp, `${host}-${dead}-${randomUUID()}.part`));
    expect(await under.storage.sweepStaged()).toBe(1);
    expect(await under.stagedFiles()).toBe(0);
  });

  it('leaves files of a living process and of another machine for an hour', async () => {
    await using under = await create();
    await mkdir(under.tmp);
    const [host] = (await under.storage.stage(content('x'), { maxBytes: 9 })).path
      .slice(under.tmp.length + 1)
      .split('-');
    const files = [`${host}-${process.ppid}-${randomUUID()}.part`, `00000000-1-${randomUUID()}.part`];
    for (const file of files) await writeFile(join(under.tmp, file), 'x');
    expect(await under.storage.sweepStaged()).toBe(0);
    const before = new Date(Date.now() - 61 * 60_000);
    for (const file of files) await utimes(join(under.tmp, file), before, before);
    expect(await under.storage.sweepStaged()).toBe(2);
  });

  it.runIf(existsSync('/proc/self/fd'))('closes descriptors when uploads break and readers leave', async () => {
    await using under = await create();
    async function* breaking() {
      yield Buffer.alloc(2_000_000);
      throw new Error('reset');
    }
    for (let round = 0; round < 20; round++) {
      await under.storage.stage(breaking(), { maxBytes: 1e7 }).catch(() => {});
    }
    const key = `answers/${randomUUID()}.mp3` as const;
    const staged = await under.storage.stage(content('x'.repeat(2_000_000)), { maxBytes: 1e7 });
    await staged.commit(key);
    for (let round = 0; round < 20; round++) {
      const reader = await under.storage.open(key);
      if (round % 2) for await (const _ of reader) break;
      else reader.destroy();
    }
    for (let waits = 0; waits < 50 && (await openDescriptors(under.root)) > 0; waits++) await sleep(20);
    expect(await openDescriptors(under.root)).toBe(0);
  });

  it.runIf(existsSync('/dev/full'))('answers storage_full when the disk is full', async () => {
    const { writeDurably } = await import('../../src/storage/disk-writer.ts');
    const full = await open('/dev/full', 'w');
    await expect(writeDurably(full, content('x'), { maxBytes: 100 })).rejects.toMatchObject({ code: 'storage_full' });
    await full.close();
  });

  it.runIf(existsSync('/dev/full'))('takes nothing more into a growing file after the disk was full', async () => {
    const full = await open('/dev/full', 'w');
    const file = growing(full, join(tmpdir(), randomUUID()));
    const appends = [file.append(Buffer.from('x')), file.append(Buffer.from('y'))];
    for (const append of appends) await expect(append).rejects.toMatchObject({ code: 'storage_full' });
    expect(file.bytes).toBe(0);
    await file.discard();
    await expect(full.stat()).rejects.toThrow();
  });

  it('ends a growing file with what was appended whole', async () => {
    await using under = await create();
    const path = join(under.root, 'reply.mp3');
    const handle = await open(path, 'wx');
    const file = growing(handle, path);
    await file.append(Buffer.from('whole'));
    // What a disk leaves of a chunk when it fills up in the middle of it.
    await handle.write('ha');
    const { bytes, sha256 } = await file.finish();
    expect(await readFile(path, 'utf8')).toBe('whole');
    expect({ bytes, sha256 }).toEqual({ bytes: 5, sha256: createHash('sha256').update('whole').digest('hex') });
  });

  it('names what a disk error means', () => {
    const failing = (code: string) => diskError(Object.assign(new Error(code), { code }));
    expect(failing('EDQUOT').code).toBe('storage_full');
    expect(failing('EIO').code).toBe('unavailable');
    expect(failing('EROFS').message).not.toContain('EROFS');
  });

  it('answers unavailable when its folder cannot be made', async () => {
    await using under = await create();
    await writeFile(under.tmp, 'a file where the folder should be');
    await expect(under.storage.stage(content('x'), { maxBytes: 100 })).rejects.toMatchObject({ code: 'unavailable' });
  });
});
