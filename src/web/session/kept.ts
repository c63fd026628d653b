/** What this browser remembers between visits, in localStorage. Where that is forbidden, a visit starts afresh. */

const prefix = 'viva.';

/** The value that was kept, or undefined. What it is has to be checked: anybody can write there. */
export function kept(key: string): unknown {
  try {
    const text = localStorage.getItem(prefix + key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // storage is forbidden, or the text is not ours: the same as nothing kept
  }
}

export function keep(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Storage is forbidden or full: the visit goes on, and only the next one misses this.
  }
}

/** Calls back when another tab of this browser changes the value. */
export function onKeptElsewhere(key: string, changed: () => void): () => void {
  const listener = (event: StorageEvent) => {
    if (event.key === prefix + key || event.key === null) changed();
  };
  window.addEventListener('storage', listener);
  return () => window.removeEventListener('storage', listener);
}
