import { type Notifications, nobodyElse } from '../db/notifications.ts';

/**
 * Tells whoever watches a topic (`answer:<id>`, `evaluation:<sessionId>`) that it changed, on every server of the
 * database. It carries no data: the watcher reads the row again, so nothing is queued, nothing is lost, and a late
 * subscriber sees the present state.
 */
export interface Changes {
  /** To be called after the change is committed. Wakes the watchers here at once, those elsewhere some ms later. */
  touch(topic: string): void;
  /**
   * Yields once at the start and after every change; several changes while the reader is busy count as one. Also yields
   * without a change, after this server could not hear the others for a while.
   */
  watch(topic: string, signal: AbortSignal): AsyncGenerator<void>;
}

export function createChanges(notifications: Notifications = nobodyElse): Changes {
  const watchers = new Map<string, Set<() => void>>();
  const wakeAll = (topic: string) => {
    for (const wake of watchers.get(topic) ?? []) wake();
  };
  notifications.listen('changes', {
    told: wakeAll,
    missed() {
      for (const topic of watchers.keys()) wakeAll(topic);
    },
  });
  return {
    touch(topic) {
      wakeAll(topic);
      notifications.notify('changes', topic);
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
