import * as fs from 'node:fs/promises';
import type { AudioKey, StagedAudio, StageOptions } from './audio-storage.ts';
import { onDisk } from './disk-errors.ts';
import { writeDurably } from './disk-writer.ts';
import { makeFolder } from './durable-folder.ts';
import { claimStagedPath, releaseStagedPath, sweepStagedFiles } from './staged-files.ts';

export interface StorageLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A temporary file, fsynced. `sha256` is lower-case hex. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Temporary files in one folder of the local disk. */
export interface Staging {
  /** Throws what `writeDurably` throws, and leaves nothing then. */
  write(source: AsyncIterable<Uint8Array>, options: StageOptions): Promise<LocalFile>;
  /** A path for a file that the caller creates himself, and removes with `remove`. */
  claim(): Promise<string>;
  /** Never throws: what cannot be removed now, the sweep at the next start removes. */
  remove(path: string): Promise<void>;
  sweep(): Promise<number>;
}

export function createStaging(folder: string, log: Pick<StorageLog, 'warn'> | undefined): Staging {
  const claim = async () => {
    await onDisk(() => makeFolder(folder));
    return claimStagedPath(folder);
  };
  const remove = async (path: string) => {
    releaseStagedPath(path);
    try {
      await fs.rm(path, { force: true });
    } catch (error) {
      // Not passed on: the reason for removing matters more.
      log?.warn({ err: error }, 'a temporary recording could not be removed');
    }
  };
  return {
    claim,
    remove,
    async write(source, options) {
      const path = await claim();
      try {
        const handle = await onDisk(() => fs.open(path, 'wx', 0o600));
        try {
          return { path, ...(await writeDurably(handle, source, options)) };
        } finally {
          await onDisk(() => handle.close());
        }
      } catch (error) {
        await remove(path);
        throw error;
      }
    },
    sweep: () =>
      onDisk(async () => {
        await makeFolder(folder);
        return sweepStagedFiles(folder);
      }),
  };
}

/** `keep` brings the file to where it stays, durably; afterwards there is none at its path. */
export function stagedAudio(
  staging: Staging,
  file: LocalFile,
  keep: (key: AudioKey, file: LocalFile) => Promise<void>,
): StagedAudio {
  let isThere = true;
  return {
    ...file,
    async commit(key) {
      await keep(key, file);
      isThere = false;
      releaseStagedPath(file.path);
    },
    async discard() {
      if (isThere) await staging.remove(file.path);
      isThere = false;
    },
  };
}
