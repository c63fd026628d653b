import { asDomainError, type DomainError } from '../errors.ts';
import type { Speech } from '../speech/speaker.ts';

export interface SpokenPiece {
  text: string;
  /**
   * MP3 as it is synthesised; iterating throws when it breaks off. Read it before asking for the next piece: what is
   * left of it then is dropped. Null: this piece could not be spoken, `error` tells why, and the text goes on.
   */
  audio: AsyncIterable<Uint8Array> | null;
  error?: DomainError;
}

export interface SpeakAheadOptions {
  /** How many further pieces may be in synthesis while one is read; default 2. */
  ahead?: number;
  /** Ends everything at once, upstream too; the generator then throws its reason. */
  signal: AbortSignal;
}

interface Order {
  spoken: SpokenPiece;
  /** Lets go of the upstream connection, whether or not the audio was read. */
  close: () => void;
}

/**
 * Speaks pieces of text in order, the next ones already while one is read. `speak` gets a signal that must end the
 * synthesis and its body. Pieces are asked for one at a time, at most `ahead` further than the one being read.
 * Throws the signal's reason, or what `pieces` throws: after all pieces before it.
 */
export async function* speakAhead(
  pieces: AsyncIterable<string>,
  speak: (text: string, signal: AbortSignal) => Promise<Speech>,
  { ahead = 2, signal }: SpeakAheadOptions,
): AsyncGenerator<SpokenPiece> {
  const iterator = pieces[Symbol.asyncIterator]();
  const ended = new AbortController();
  const aborted = Promise.withResolvers<never>();
  // Handled even when it comes while the reader is busy: the next wait meets it again.
  aborted.promise.catch(() => {});
  const abort = () => {
    ended.abort(signal.reason);
    aborted.reject(signal.reason);
  };

  let taken: Promise<IteratorResult<string>> | null = null;
  const take = async (before: typeof taken) => {
    const last = await before;
    return last?.done ? last : await iterator.next();
  };
  const order = async (text: Promise<IteratorResult<string>>): Promise<Order | null> => {
    const next = await text;
    ended.signal.throwIfAborted();
    return next.done ? null : await say(next.value, speak, ended.signal);
  };

  const orders: Promise<Order | null>[] = [];
  let current: Order | null = null;
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    for (;;) {
      while (orders.length <= ahead) {
        taken = take(taken);
        const ordered = order(taken);
        // Handled even when the reader leaves before its turn comes.
        ordered.catch(() => {});
        orders.push(ordered);
      }
      current = await Promise.race([orders.shift() ?? null, aborted.promise]);
      signal.throwIfAborted();
      if (!current) return;
      yield current.spoken;
      current.close();
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', abort);
    ended.abort();
    // Not awaited, errors ignored: a source that hangs would hang here too, and the first error is the one to tell.
    iterator.return?.().then(undefined, () => {});
  }
}

async function say(
  text: string,
  speak: (text: string, signal: AbortSignal) => Promise<Speech>,
  ended: AbortSignal,
): Promise<Order> {
  const closing = new AbortController();
  const close = () => closing.abort();
  try {
    const { body } = await speak(text, AbortSignal.any([closing.signal, ended]));
    return { spoken: { text, audio: body }, close };
  } catch (error) {
    return { spoken: { text, audio: null, error: asDomainError(error) }, close };
  }
}
