import { close, createReadStream, open, read } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { goneFromStorage } from './audio-keys.ts';
import type { ByteRange, StoredFile } from './audio-storage.ts';
import { diskError, errorCode, onDisk } from './disk-errors.ts';

/** Large enough that most ranges are one read, small enough for hundreds of readers. */
const readBytes = 256 * 1024;

/** A bare descriptor serves twice as many small ranges a second as a FileHandle. */
const openDescriptor = promisify(open);
const readDescriptor = promisify(read);
const closeDescriptor = promisify(close);

/** What a failure to open a file means: `gone` when there is none. */
export const goneOrDiskError = (error: unknown) =>
  errorCode(error) === 'ENOENT' ? goneFromStorage(error) : diskError(error);

async function descriptorOf(path: string): Promise<number> {
  try {
    return await openDescriptor(path, 'r');
  } catch (error) {
    throw goneOrDiskError(error);
  }
}

/** Offsets are inclusive. Throws `gone` when there is no such file. */
export async function streamFile(path: string, range?: ByteRange): Promise<Readable> {
  return createReadStream(path, { fd: await descriptorOf(path), ...range, highWaterMark: readBytes });
}

/** Throws `gone` when there is no such file. */
export async function openFile(path: string): Promise<StoredFile> {
  const fd = await descriptorOf(path);
  return {
    read: (into, offset) => onDisk(async () => (await readDescriptor(fd, into, 0, into.byteLength, offset)).bytesRead),
    [Symbol.asyncDispose]: () => onDisk(() => closeDescriptor(fd)),
  };
}

/** In bytes; null when there is no such file. */
export function sizeOfFile(path: string): Promise<number | null> {
  return onDisk(async () => {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  });
}
