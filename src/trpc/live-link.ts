import { retryLink, type TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from './router.ts';

const firstDelayMs = 250;
const longestDelayMs = 5_000;

/** How long to wait before connecting again: longer every time, and never all clients at once. Attempts count from 1. */
export function reconnectDelayMs(attempt: number): number {
  const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10));
  return firstDelayMs + Math.random() * (longest - firstDelayMs);
}

/** What passes: too many requests, a server that restarts, and a proxy that has lost its server meanwhile. */
const temporary = new Set([429, 502, 503, 504]);

/** The status of a refusal, or of the answer that an `EventSource` gave up on. */
function statusOf({ data, cause }: TRPCClientError<AppRouter>): unknown {
  if (data) return data.httpStatus;
  return cause && 'code' in cause ? cause.code : undefined;
}

/**
 * Keeps subscriptions alive while the server restarts or is out of reach: each is opened again where it had come to, by
 * the id of its last event. A refusal that waiting does not cure ends it: sign-in, rights, input.
 */
export function surviveRestarts(): TRPCLink<AppRouter> {
  return retryLink({
    retry: ({ error }) => temporary.has(Number(statusOf(error))),
    retryDelayMs: reconnectDelayMs,
  });
}

/** Lets a client end all its subscriptions at once: they complete. */
export function endable(): { link: TRPCLink<AppRouter>; end(): void } {
  const open = new Set<() => void>();
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op, next }) =>
      observable((observer) => {
        const subscription = next(op).subscribe(observer);
        const complete = () => observer.complete();
        open.add(complete);
        return () => {
          open.delete(complete);
          subscription.unsubscribe();
        };
      });
  return {
    link,
    end() {
      for (const complete of open) complete();
    },
  };
}
