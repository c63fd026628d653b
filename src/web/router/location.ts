import { useSyncExternalStore } from 'react';

/** The page's own router: paths over the History API, and nothing else. */

const changed = new EventTarget();
let navigations = 0;

function onChange(listener: () => void): () => void {
  const notify = () => {
    navigations += 1;
    listener();
  };
  changed.addEventListener('navigate', listener);
  window.addEventListener('popstate', notify);
  return () => {
    changed.removeEventListener('navigate', listener);
    window.removeEventListener('popstate', notify);
  };
}

/** The present path without a trailing slash: `/interview/0190…`. */
export function usePath(): string {
  return useSyncExternalStore(onChange, () => location.pathname.replace(/(.)\/+$/, '$1'));
}

/** Goes to a path of this app, `search` included. `replace` leaves no entry to come back to. */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  navigations += 1;
  changed.dispatchEvent(new Event('navigate'));
  window.scrollTo(0, 0);
}

/** False for the page that was loaded, true for one that was gone to: then focus has to move. */
export const hasNavigated = (): boolean => navigations > 0;

/** The parameters of a path that fits, or null: `/live/:id` and `/live/7` give `{ id: '7' }`. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':') && value) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}
