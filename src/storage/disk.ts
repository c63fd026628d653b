import { close, createReadStream, open, read } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { DomainError } from '../errors.ts';
import type { AudioKey, AudioStorage, StagedAudio } from './audio-storage.ts';
import { diskError, errorCode, onDisk } from './disk-errors.ts';
import { growFile } from './disk-growing.ts';
import { writeDurably } from './disk-writer.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';
import { claimStagedPath, releaseStagedPath, sweepStagedFiles } from './staged-files.ts';

export interface DiskStorageOptions {
  /** Folder that holds everything; created when missing. Staged files lie in its `tmp`, on the same file system. */
  root: string;
  log?: { warn(details: object, message: string): void };
}

const folders = ['questions', 'answers', 'replies'] as const;
const keyPattern =
  /^(?:questions|answers|replies)\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[a-z0-9]{2,5}$/;

/** Large enough that most ranges are one read, small enough for hundreds of readers. */
const readBytes = 256 * 1024;

/** A bare descriptor serves twice as many small ranges a second as a FileHandle. */
const openDescriptor = promisify(open);
const readDescriptor = promisify(read);
const closeDescriptor = promisify(close);

const isKey = (text: string): text is AudioKey => keyPattern.test(text);

const gone = (cause: unknown) =>
  new DomainError('gone', 'This recording is no longer stored on the server.', { cause });

async function descriptorOf(path: string): Promise<number> {
  try {
    return await openDescriptor(path, 'r');
  } catch (error) {
    throw errorCode(error) === 'ENOENT' ? gone(error) : diskError(error);
  }
}

/** Audio on the local disk. Throws `storage_full` and `unavailable` besides what the interface names. */
export function createDiskStorage({ root, log }: DiskStorageOptions): AudioStorage {
  const base = resolve(root);
  const staging = join(base, 'tmp');
  const pathOf = (key: AudioKey): string => {
    if (!isKey(key)) throw new DomainError('not_found', 'There is no such recording.');
    return join(base, key);
  };

  const remove = async (path: string) => {
    releaseStagedPath(path);
    try {
      await fs.rm(path, { force: true });
    } catch (error) {
      // Not passed on: the reason for discarding matters more, and the sweep at the next start removes it.
      log?.warn({ err: error }, 'a temporary recording could not be removed');
    }
  };

  const staged = (path: string, bytes: number, sha256: string): StagedAudio => {
    let current: string | null = path;
    return {
      path,
      bytes,
      sha256,
      commit: (key) =>
        onDisk(async () => {
          const target = pathOf(key);
          await makeFolder(dirname(target));
          await fs.rename(path, target);
          current = null;
          releaseStagedPath(path);
          await syncFolder(dirname(target));
        }),
      discard: async () => {
        if (current) await remove(current);
        current = null;
      },
    };
  };

  return {
    stage: async (source, options) => {
      await onDisk(() => makeFolder(staging));
      const path = claimStagedPath(staging);
      try {
        const handle = await onDisk(() => fs.open(path, 'wx', 0o600));
        try {
          const { bytes, sha256 } = await writeDurably(handle, source, options);
          return staged(path, bytes, sha256);
        } finally {
          await onDisk(() => handle.close());
        }
      } catch (error) {
        await remove(path);
        throw error;
      }
    },

    grow: async (key) => growFile(pathOf(key)),

    open: async (key, range): Promise<Readable> => {
      const path = pathOf(key);
      return createReadStream(path, { fd: await descriptorOf(path), ...range, highWaterMark: readBytes });
    },

    file: async (key) => {
      const fd = await descriptorOf(pathOf(key));
      return {
        read: (into, offset) =>
          onDisk(async () => (await readDescriptor(fd, into, 0, into.byteLength, offset)).bytesRead),
        [Symbol.asyncDispose]: () => onDisk(() => closeDescriptor(fd)),
      };
    },

    local: async (key) => {
      const path = pathOf(key);
      await fs.access(path).catch((error: unknown) => {
        throw errorCode(error) === 'ENOENT' ? gone(error) : diskError(error);
      });
      // The stored file itself: there is nothing to dispose of.
      return { path, [Symbol.asyncDispose]: async () => {} };
    },

    size: async (key) => {
      const path = pathOf(key);
      return onDisk(async () => {
        try {
          return (await fs.stat(path)).size;
        } catch (error) {
          if (errorCode(error) === 'ENOENT') return null;
          throw error;
        }
      });
    },

    delete: async (key) => {
      const path = pathOf(key);
      await onDisk(() => fs.rm(path, { force: true }));
    },

    async *keys() {
      for (const folder of folders) {
        await onDisk(() => makeFolder(join(base, folder)));
        const entries = await onDisk(() => fs.opendir(join(base, folder)));
        for await (const entry of entries) {
          const key = `${folder}/${entry.name}`;
          if (entry.isFile() && isKey(key)) yield key;
        }
      }
    },

    sweepStaged: () =>
      onDisk(async () => {
        await makeFolder(staging);
        return sweepStagedFiles(staging);
      }),
  };
}
