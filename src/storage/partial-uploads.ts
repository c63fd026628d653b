import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../errors.ts';
import { errorCode, onDisk } from './disk-errors.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';

/** Files that arrive in parts and are not whole yet, each under the id of its upload. */
export interface PartialUploads {
  /** How many have come, 0 when there is no such file. They are durable before this tells of them. */
  bytes(id: string): Promise<number>;
  /**
   * Writes what the source gives from the offset on, and makes it durable: resolves with how many bytes there are then.
   * What came before the source failed stays. Throws `storage_full`, `unavailable`, or whatever the source threw.
   */
  append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number>;
  read(id: string): AsyncIterable<Uint8Array>;
  remove(id: string): Promise<void>;
  ids(): Promise<string[]>;
}

const namePattern = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.upload$/;

/** On the local disk, in a folder of its own. */
export function createPartialUploads(folder: string): PartialUploads {
  const pathOf = (id: string) => {
    const name = `${id}.upload`;
    if (!namePattern.test(name)) throw new DomainError('not_found', 'There is no such upload.');
    return join(folder, name);
  };
  return {
    bytes: (id) =>
      onDisk(async () => {
        const handle = await openExisting(pathOf(id));
        if (!handle) return 0;
        await using _closed = handle;
        // Written by a process that was killed: as far as it goes it is whole, but nobody has fsynced it.
        await handle.datasync();
        return (await handle.stat()).size;
      }),

    async append(id, offset, source) {
      let handle: FileHandle | undefined;
      let end = offset;
      try {
        for await (const chunk of source) {
          handle ??= await onDisk(() => openForWriting(folder, pathOf(id)));
          await writeAll(handle, chunk, end);
          end += chunk.length;
        }
        await onDisk(async () => handle?.datasync());
        return end;
      } finally {
        await onDisk(async () => handle?.close());
      }
    },

    async *read(id) {
      // One without a byte has no file.
      const handle = await onDisk(() => openExisting(pathOf(id)));
      if (handle) yield* handle.createReadStream();
    },

    remove: (id) => onDisk(() => rm(pathOf(id), { force: true })),

    ids: () =>
      onDisk(async () => {
        await makeFolder(folder);
        return (await readdir(folder)).flatMap((name) => namePattern.exec(name)?.[1] ?? []);
      }),
  };
}

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function openForWriting(folder: string, path: string): Promise<FileHandle> {
  await makeFolder(folder);
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  await syncFolder(folder);
  return handle;
}

function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  return onDisk(async () => {
    // A short write happens when the disk fills up: repeating the rest yields the true error.
    for (let done = 0; done < chunk.length; ) {
      done += (await handle.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
    }
  });
}
