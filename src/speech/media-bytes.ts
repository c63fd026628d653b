import { open } from 'node:fs/promises';
import { DomainError } from '../errors.ts';

/** Random access to a recording. */
export interface MediaBytes {
  readonly size: number;
  /** Bytes `start` (inclusive) to `end` (exclusive), both within the file. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

function unreadable(cause: unknown): DomainError {
  return new DomainError('unavailable', 'The server cannot read the recording just now. Try again in a minute.', {
    cause,
    retryAfterMs: 60_000,
  });
}

/** Opens a local file. Throws `unavailable` when the disk fails. */
export async function openFile(path: string): Promise<MediaBytes> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error);
  });
  const { size } = await handle.stat();
  return {
    size,
    async read(start, end) {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(end, size) - start));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start).catch((error: unknown) => {
        throw unreadable(error);
      });
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

/** Reads small pieces in file order without a system call for each. */
export interface ByteWindow {
  readonly size: number;
  /** `length` bytes from `position`, or null where the file ends before. */
  at(position: number, length: number): Promise<DataView | null>;
}

/** A window that moves over the file; it shows at least `windowBytes` at once. */
export function createWindow(bytes: MediaBytes, windowBytes = 256 * 1024): ByteWindow {
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);
  return {
    size: bytes.size,
    async at(position, length) {
      if (position < 0 || position + length > bytes.size) return null;
      if (position < start || position + length > start + held.length) {
        held = await bytes.read(position, Math.min(bytes.size, position + Math.max(length, windowBytes)));
        start = position;
        if (held.length < length) return null;
      }
      return new DataView(held.buffer, held.byteOffset + position - start, length);
    },
  };
}

export function ascii(view: DataView, offset: number, length: number): string {
  return Buffer.from(view.buffer, view.byteOffset + offset, length).toString('latin1');
}
