import type { Readable } from 'node:stream';
import { DomainError } from '../errors.ts';

const windowMs = 30_000;
const minBytesPerWindow = 32 * 1024;

/** Passes an upload on, and ends it when 30 s bring less than 32 KiB: a body that trickles must not hold a place. */
export async function* steady(source: Readable): AsyncGenerator<Uint8Array> {
  let arrived = 0;
  const timer = setInterval(() => {
    if (arrived < minBytesPerWindow) {
      source.destroy(new DomainError('upload_too_slow', 'The upload was too slow. Try again on a better connection.'));
    }
    arrived = 0;
  }, windowMs);
  try {
    for await (const chunk of source) {
      arrived += chunk.length;
      yield chunk;
    }
  } finally {
    clearInterval(timer);
  }
}
