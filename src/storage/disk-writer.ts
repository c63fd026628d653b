import type { FileHandle } from 'node:fs/promises';
import { DomainError } from '../errors.ts';
import { abortable } from './abortable.ts';
import type { StageOptions } from './audio-storage.ts';
import { onDisk } from './disk-errors.ts';
import { startHashing } from './hashing.ts';

/** One write of this size is the fastest that was measured; two per upload are the most held in memory. */
const writeBytes = 1 << 20;

/** Buffers of uploads that are over, for those to come: memory that is shared is given back late. */
const spares: Uint8Array<SharedArrayBuffer>[] = [];
const mostSpares = 16;

const takeBuffer = () => spares.pop() ?? new Uint8Array(new SharedArrayBuffer(writeBytes));

function giveBack(...buffers: (Uint8Array<SharedArrayBuffer> | null)[]): void {
  for (const buffer of buffers) if (buffer && spares.length < mostSpares) spares.push(buffer);
}

function tooLarge(maxBytes: number): DomainError {
  return new DomainError(
    'too_large',
    `The recording is larger than ${(maxBytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB. Send a shorter or more compressed one.`,
  );
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  // A short write happens when the disk fills up: repeating the rest yields the true error.
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

/**
 * Writes the source to the handle and fsyncs it. The next megabyte is collected while the last one is written and hashed.
 * Throws `too_large`, `storage_full`, `unavailable`, the signal's reason, or whatever the source threw.
 */
export async function writeDurably(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: StageOptions,
): Promise<{ bytes: number; sha256: string }> {
  const hashing = startHashing();
  let bytes = 0;
  // Copied, so that what the network delivers is garbage at once: kept until it is written, it would survive in memory
  // until the next full collection, an upload's whole length later.
  let filling = takeBuffer();
  let spare: Uint8Array<SharedArrayBuffer> | null = null;
  let filled = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = async () => {
    await writing;
    const full = filling.subarray(0, filled);
    [filling, spare, filled] = [spare ?? takeBuffer(), filling, 0];
    writing = Promise.all([onDisk(() => writeAll(handle, full)), hashing.update(full)]);
    // Marked as handled: it is awaited by the next flush, and the source may fail before that.
    writing.catch(() => {});
  };
  try {
    for await (const chunk of signal ? abortable(source, signal) : source) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + writeBytes - filled);
        filling.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === writeBytes) await flush();
      }
    }
    if (filled > 0) await flush();
    // The descriptor may only be closed once nothing writes to it.
    await writing;
    signal?.throwIfAborted();
    const [sha256] = await Promise.all([hashing.digest(), onDisk(() => handle.sync())]);
    return { bytes, sha256 };
  } catch (error) {
    await Promise.allSettled([writing]);
    await hashing.digest().catch(() => undefined); // forgets it; the error above matters more
    throw error;
  } finally {
    // Nobody writes or hashes them any more.
    giveBack(filling, spare);
  }
}
