import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../errors.ts';
import { errorCode, onDisk } from './disk-errors.ts';
import { makeFolder, syncFolder } from './durable-folder.ts';
import type { PcmFile, PcmSpool } from './pcm-spool.ts';

const namePattern = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.pcm$/;

/** On the local disk, in a folder of its own. */
export function createDiskPcmSpool(folder: string): PcmSpool {
  const pathOf = (id: string) => {
    const name = `${id}.pcm`;
    if (!namePattern.test(name)) throw new DomainError('not_found', 'There is no such recording.');
    return join(folder, name);
  };
  return {
    create: (id) =>
      onDisk(async () => {
        await makeFolder(folder);
        const path = pathOf(id);
        const handle = await open(path, 'wx+', 0o600);
        await syncFolder(folder);
        return pcmFile(handle, path, 0);
      }),

    open: (id) =>
      onDisk(async () => {
        const path = pathOf(id);
        const handle = await open(path, 'r+').catch((error: unknown) => {
          if (errorCode(error) !== 'ENOENT') throw error;
          throw new DomainError('gone', 'This recording is no longer stored on the server. Record it again.', {
            cause: error,
          });
        });
        try {
          const { size } = await handle.stat();
          await handle.sync();
          return pcmFile(handle, path, size & ~1);
        } catch (error) {
          await handle.close();
          throw error;
        }
      }),

    remove: (id) => onDisk(() => rm(pathOf(id), { force: true })),

    ids: () =>
      onDisk(async () => {
        await makeFolder(folder);
        return (await readdir(folder)).flatMap((name) => namePattern.exec(name)?.[1] ?? []);
      }),
  };
}

function pcmFile(handle: FileHandle, path: string, bytes: number): PcmFile {
  return {
    path,
    bytes,
    write: (pcm, offset) =>
      onDisk(async () => {
        // A short write happens when the disk fills up: repeating the rest yields the true error.
        for (let done = 0; done < pcm.length; ) {
          done += (await handle.write(pcm, done, pcm.length - done, offset + done)).bytesWritten;
        }
      }),
    read: (offset, length) =>
      onDisk(async () => {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      }),
    sync: () => onDisk(() => handle.datasync()),
    close: () => onDisk(() => handle.close()),
  };
}
