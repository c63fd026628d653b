import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/** Bytes that go to the disk and, at the same time, to whoever listens. */
export interface Relay {
  /** Passes the source on to the disk. What it yields is also heard by the listener. */
  pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** The same bytes while they arrive. Destroying it leaves the disk alone. */
  readonly listener: Readable;
}

const mostAhead = 1024 * 1024;

/** The source is read as fast as the slower of the two takes it: nothing piles up. */
export function createRelay(): Relay {
  const listener = new PassThrough({ highWaterMark: mostAhead });
  // Whoever listens hears of it by reading; without a reader it concerns nobody.
  listener.on('error', () => {});
  return {
    listener,
    async *pass(source) {
      try {
        for await (const chunk of source) {
          const full = !listener.destroyed && !listener.write(chunk);
          yield chunk;
          if (full && !listener.destroyed) await Promise.race([once(listener, 'drain'), once(listener, 'close')]);
        }
        listener.end();
      } finally {
        // Broken off: half a recording must not be taken for all of it.
        if (!listener.writableEnded) listener.destroy(new Error('the recording broke off'));
      }
    },
  };
}
