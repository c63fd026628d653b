import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DomainError } from '../errors.ts';
import type { GrowingAudio } from './audio-storage.ts';
import { diskError, errorCode, onDisk } from './disk-errors.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';

/** Creates the file at once, so that readers find it. Throws `conflict` when there is one already. */
export async function growFile(path: string): Promise<GrowingAudio> {
  try {
    return growing(await create(path), path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw diskError(error);
    throw new DomainError('conflict', 'This recording is being written already.', { cause: error });
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    return open(path, 'wx', 0o600);
  }
}

/** Appends to an empty file that is open for writing. */
export function growing(handle: FileHandle, path: string): GrowingAudio {
  const hash = createHash('sha256');
  let bytes = 0;
  let closed = false;
  let over = false;
  let last: Promise<void> = Promise.resolve();

  const write = async (chunk: Uint8Array) => {
    // A short write happens when the disk fills up: repeating the rest yields the true error.
    for (let done = 0; done < chunk.length; ) done += (await handle.write(chunk, done)).bytesWritten;
    hash.update(chunk);
    bytes += chunk.length;
  };
  // Whoever appended has been told of a failure.
  const idle = () => last.catch(() => {});
  const close = async () => {
    if (closed) return;
    closed = true;
    await handle.close();
  };

  const makeDurable = async () => {
    try {
      // What a failed append wrote of its chunk is neither counted nor hashed.
      await handle.truncate(bytes);
      await handle.sync();
    } finally {
      await close();
    }
    await syncFolder(dirname(path));
  };

  return {
    get bytes() {
      return bytes;
    },

    append(chunk) {
      // One after the other; after one that failed there is none, or else a hole would be inside.
      last = last.then(() => onDisk(() => write(chunk)));
      return last;
    },

    async finish() {
      await idle();
      over = true;
      try {
        await onDisk(makeDurable);
      } catch (error) {
        // Not durable, so not kept. What cannot be removed now, reconciliation removes.
        await rm(path, { force: true }).catch(() => undefined);
        throw error;
      }
      return { bytes, sha256: hash.digest('hex') };
    },

    async discard() {
      if (over) return;
      over = true;
      await idle();
      await onDisk(async () => {
        await close();
        await rm(path, { force: true });
      });
    },
  };
}
