export interface ExpiringCache<V> {
  get(key: string): V | undefined;
  /** `expiresAtMs` by the cache's clock. */
  set(key: string, value: V, expiresAtMs: number): void;
  delete(key: string): void;
  /** Forgets every entry of which this holds. */
  deleteWhere(matches: (value: V) => boolean): void;
}

/** A map that forgets: what has expired at once, and what was unused for longest when it is full. */
export function expiringCache<V>(options: { max: number; clock: () => number }): ExpiringCache<V> {
  const entries = new Map<string, { value: V; expiresAtMs: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      if (entry.expiresAtMs <= options.clock()) return undefined;
      // A Map keeps the order of insertion: whatever was just used goes to the end.
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, expiresAtMs) {
      entries.delete(key);
      entries.set(key, { value, expiresAtMs });
      if (entries.size <= options.max) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
    delete(key) {
      entries.delete(key);
    },
    deleteWhere(matches) {
      for (const [key, { value }] of entries) if (matches(value)) entries.delete(key);
    },
  };
}
