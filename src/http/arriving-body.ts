import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { DomainError } from '../errors.ts';
import { abortable } from '../storage/abortable.ts';
import { type Pace, steady } from './steady.ts';

const brokenOff = () => new DomainError('invalid_input', 'The upload was broken off.');

/**
 * A raw body, piece by piece, from when it is asked for on. Throws `upload_too_slow`, `invalid_input` when the client
 * leaves before the end, and the signal's reason.
 */
export async function* arrivingBody(
  body: IncomingMessage,
  { pace, signal }: { pace: Pace; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  if (body.destroyed && !body.complete) throw brokenOff();
  // How much may come is counted by whoever reads.
  using watch = steady(body, pace, { maxBytes: Number.POSITIVE_INFINITY, tooLarge: brokenOff() });
  // Piped, because a body that is iterated cannot be read to its end afterwards by somebody else.
  const pieces = body.pipe(new PassThrough());
  const onClose = () => {
    if (!body.complete) pieces.destroy(brokenOff());
  };
  body.once('close', onClose);
  // The error is told to whoever iterates; without a listener it would end the process.
  pieces.on('error', () => {});
  try {
    yield* abortable<Uint8Array>(pieces, AbortSignal.any([watch.signal, signal]));
  } finally {
    body.off('close', onClose);
    body.unpipe(pieces);
    pieces.destroy();
  }
}
