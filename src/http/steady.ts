import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.ts';

/** The least that has to arrive in every window: a body that trickles must not hold a place. */
export interface Pace {
  windowMs: number;
  bytes: number;
}

export const defaultPace: Pace = { windowMs: 30_000, bytes: 32 * 1024 };

/** A body under watch, until disposed of. */
export interface SteadyBody extends Disposable {
  /** Aborts with `upload_too_slow`, or with `tooLarge` once more than `maxBytes` have come. */
  signal: AbortSignal;
}

/** Counts a whole body: what stands before, between and after the parts of a form as well. It does not slow it down. */
export function steady(body: IncomingMessage, pace: Pace, limit: { maxBytes: number; tooLarge: Error }): SteadyBody {
  const watch = new AbortController();
  let total = 0;
  let totalBefore = 0;
  const count = (chunk: Uint8Array) => {
    total += chunk.length;
    if (total > limit.maxBytes) watch.abort(limit.tooLarge);
  };
  const timer = setInterval(() => {
    // With bytes waiting to be read it is the server that is slow.
    if (total - totalBefore < pace.bytes && body.readableLength === 0 && !body.readableEnded) {
      watch.abort(new DomainError('upload_too_slow', 'The upload was too slow. Try again on a better connection.'));
    }
    totalBefore = total;
  }, pace.windowMs);
  body.on('data', count);
  return {
    signal: watch.signal,
    [Symbol.dispose]() {
      clearInterval(timer);
      body.off('data', count);
    },
  };
}
