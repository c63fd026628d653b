interface Observer<Event> {
  onData(event: Event): void;
  onError(error: unknown): void;
  onComplete(): void;
}

/** A tRPC subscription as something to loop over. Ends when the server or the signal ends it; throws what the server refused. */
export async function* events<Event>(
  signal: AbortSignal,
  subscribe: (observer: Observer<Event>) => { unsubscribe(): void },
): AsyncGenerator<Event> {
  const waiting: Event[] = [];
  let news = Promise.withResolvers<void>();
  const outcome: { ended: boolean; error?: unknown } = { ended: false };
  const end = (error?: unknown) => {
    Object.assign(outcome, { ended: true, error });
    news.resolve();
  };
  const onAbort = () => end();
  signal.addEventListener('abort', onAbort);
  const subscription = subscribe({
    onData(event) {
      waiting.push(event);
      news.resolve();
    },
    onError: end,
    onComplete: () => end(),
  });
  try {
    while (!signal.aborted) {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield event;
      if (outcome.ended) break;
      await news.promise;
      news = Promise.withResolvers();
    }
    if (outcome.error !== undefined) throw outcome.error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    subscription.unsubscribe();
  }
}
