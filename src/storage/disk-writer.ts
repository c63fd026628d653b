import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { DomainError } from '../errors.ts';
import type { StageOptions } from './audio-storage.ts';
import { onDisk } from './disk-errors.ts';

/** One write of this size is the fastest that was measured; two per upload are the most held in memory. */
const writeBytes = 1 << 20;

/** writev(2) takes at most IOV_MAX (1024 on Linux) pieces. */
const maxPieces = 1000;

function tooLarge(maxBytes: number): DomainError {
  return new DomainError(
    'too_large',
    `The recording is larger than ${(maxBytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB. Send a shorter or more compressed one.`,
  );
}

async function writeAll(handle: FileHandle, pieces: Uint8Array[], bytes: number): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten === bytes) return;
  // A short write happens when the disk fills up: repeating the rest yields the true error.
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let done = 0; done < rest.length; ) done += (await handle.write(rest, done)).bytesWritten;
}

/** Iterates the source, but stops waiting for it as soon as the signal fires. */
async function* untilAborted(source: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      ended = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited, errors ignored: a source that hangs would hang here too, and the first error is the one to tell.
    if (!ended) iterator.return?.().then(undefined, () => {});
  }
}

/**
 * Writes the source to the handle and fsyncs it. The next megabyte is collected and hashed while the last one is written.
 * Throws `too_large`, `storage_full`, `unavailable`, the signal's reason, or whatever the source threw.
 */
export async function writeDurably(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: StageOptions,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let pieces: Uint8Array[] = [];
  let pending = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    const [batch, size] = [pieces, pending];
    pieces = [];
    pending = 0;
    writing = onDisk(() => writeAll(handle, batch, size));
    // Marked as handled: it is awaited by the next flush, and the source may fail before that.
    writing.catch(() => {});
  };
  try {
    for await (const chunk of signal ? untilAborted(source, signal) : source) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      hash.update(chunk);
      pieces.push(chunk);
      pending += chunk.byteLength;
      if (pending >= writeBytes || pieces.length >= maxPieces) await flush();
    }
    if (pending > 0) await flush();
  } finally {
    // The descriptor may only be closed once nothing writes to it.
    await writing;
  }
  signal?.throwIfAborted();
  await onDisk(() => handle.sync());
  return { bytes, sha256: hash.digest('hex') };
}
