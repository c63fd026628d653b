import type { TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { AppRouter } from './router.ts';

/** Makes a call that was refused as unauthenticated once more, after `renew` has resolved. */
export function signInAgain(renew: () => Promise<void>): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let running: Unsubscribable | undefined;
        let ended = false;
        const start = (mayRenew: boolean): void => {
          running = next(op).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error(error) {
              if (!mayRenew || error.data?.error?.code !== 'unauthenticated') return observer.error(error);
              renew().then(
                () => ended || start(false),
                () => ended || observer.error(error), // renewing has failed: the first refusal still holds
              );
            },
          });
        };
        start(true);
        return () => {
          ended = true;
          running?.unsubscribe();
        };
      });
}
