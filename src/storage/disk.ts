import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { audioFolders, checkedKey, isAudioKey } from './audio-keys.ts';
import type { AudioKey, AudioStorage } from './audio-storage.ts';
import { onDisk } from './disk-errors.ts';
import { growFile } from './disk-growing.ts';
import { goneOrDiskError, openFile, sizeOfFile, streamFile } from './disk-reading.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';
import { createStaging, type LocalFile, type StorageLog, stagedAudio } from './staging.ts';

export interface DiskStorageOptions {
  /** Folder that holds everything; created when missing. Staged files lie in its `tmp`, on the same file system. */
  root: string;
  log?: Pick<StorageLog, 'warn'>;
}

/** Audio on the local disk. Throws `storage_full` and `unavailable` besides what the interface names. */
export function createDiskStorage({ root, log }: DiskStorageOptions): AudioStorage {
  const base = resolve(root);
  const staging = createStaging(join(base, 'tmp'), log);
  const pathOf = (key: AudioKey): string => join(base, checkedKey(key));

  const moveTo = (key: AudioKey, { path }: LocalFile) =>
    onDisk(async () => {
      const target = pathOf(key);
      await makeFolder(dirname(target));
      await fs.rename(path, target);
      try {
        await syncFolder(dirname(target));
      } catch (error) {
        // Not durable, so not kept. What cannot be removed now, reconciliation removes.
        await fs.rm(target, { force: true }).catch(() => undefined);
        throw error;
      }
    });

  return {
    stage: async (source, options) => stagedAudio(staging, await staging.write(source, options), moveTo),

    grow: async (key) => growFile(pathOf(key)),

    open: async (key, range) => streamFile(pathOf(key), range),

    file: async (key) => openFile(pathOf(key)),

    local: async (key) => {
      const path = pathOf(key);
      await fs.access(path).catch((error: unknown) => {
        throw goneOrDiskError(error);
      });
      // The stored file itself: there is nothing to dispose of.
      return { path, [Symbol.asyncDispose]: async () => {} };
    },

    size: async (key) => sizeOfFile(pathOf(key)),

    delete: async (key) => {
      const path = pathOf(key);
      await onDisk(() => fs.rm(path, { force: true }));
    },

    async *keys() {
      for (const folder of audioFolders) {
        await onDisk(() => makeFolder(join(base, folder)));
        const entries = await onDisk(() => fs.opendir(join(base, folder)));
        for await (const entry of entries) {
          const key = `${folder}/${entry.name}`;
          if (entry.isFile() && isAudioKey(key)) yield key;
        }
      }
    },

    sweepStaged: () => staging.sweep(),
  };
}
