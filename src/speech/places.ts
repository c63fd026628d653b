/** A bounded number of places; who finds none waits for one, in order. */
export interface Places {
  /** Disposing gives the place back. Throws the signal's reason when it fires while waiting. */
  take(signal?: AbortSignal): Promise<Disposable>;
}

export function createPlaces(count: number): Places {
  let free = count;
  const waiting = new Set<() => void>();
  const place = (): Disposable => ({
    [Symbol.dispose]() {
      const [next] = waiting;
      if (next) next();
      else free += 1;
    },
  });
  return {
    async take(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return place();
      }
      const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
      const enter = () => {
        leave();
        resolve(place());
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const leave = () => {
        waiting.delete(enter);
        signal?.removeEventListener('abort', abort);
      };
      waiting.add(enter);
      signal?.addEventListener('abort', abort, { once: true });
      return promise;
    },
  };
}
