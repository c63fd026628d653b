/**
 * Tells whoever watches a topic (`answer:<id>`, `evaluation:<sessionId>`) that it changed. It carries no data: the
 * watcher reads the row again, so nothing is queued, nothing is lost, and a late subscriber sees the present state.
 */
export interface Changes {
  touch(topic: string): void;
  /** Yields once at the start and after every change; several changes while the reader is busy count as one. */
  watch(topic: string, signal: AbortSignal): AsyncGenerator<void>;
}

export function createChanges(): Changes {
  const watchers = new Map<string, Set<() => void>>();
  return {
    touch(topic) {
      for (const wake of watchers.get(topic) ?? []) wake();
    },
    async *watch(topic, signal) {
      let changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      const group = watchers.get(topic) ?? new Set();
      watchers.set(topic, group.add(wake));
      signal.addEventListener('abort', wake);
      try {
        while (!signal.aborted) {
          yield;
          await changed.promise;
          changed = Promise.withResolvers<void>();
        }
      } finally {
        signal.removeEventListener('abort', wake);
        group.delete(wake);
        if (group.size === 0 && watchers.get(topic) === group) watchers.delete(topic);
      }
    },
  };
}
