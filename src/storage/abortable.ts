/**
 * Iterates the source, but stops waiting for it as soon as the signal fires, and throws its reason. No promise outlives its
 * item: racing each item against one promise for the abort would keep every item until the end.
 */
export async function* abortable<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  signal.throwIfAborted();
  let interrupt: (reason: unknown) => void = () => {};
  const abort = () => interrupt(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        interrupt = reject;
        iterator.next().then(resolve, reject);
      });
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
