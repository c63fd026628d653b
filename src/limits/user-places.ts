import { DomainError } from '../errors.ts';
import { createPlaces } from '../sockets/places.ts';

/** What one user may have under way at once, of each kind; calls and sockets have places of their own. */
export const mostAtOnce = { uploads: 20, turns: 30, evaluations: 10, streams: 100 } as const;

export type WorkAtOnce = keyof typeof mostAtOnce;

const advice: Record<WorkAtOnce, string> = {
  uploads: 'uploads are under way already. Wait for one of them to end.',
  turns: 'of your interviews are waiting for a reply already. Wait for one of them.',
  evaluations: 'evaluations are waited for already. Wait for one of them.',
  streams: 'subscriptions are open already. Close one of them first.',
};

const comeBackMs = 2_000;

export interface UserPlaces {
  /** Throws `rate_limited` when all of the user's are taken. Dispose of it to give it back. */
  take(kind: WorkAtOnce, userId: string): Disposable;
}

/** Counts in this process. */
export function createUserPlaces(most: Record<WorkAtOnce, number> = mostAtOnce): UserPlaces {
  const places = {
    uploads: createPlaces(most.uploads),
    turns: createPlaces(most.turns),
    evaluations: createPlaces(most.evaluations),
    streams: createPlaces(most.streams),
  };
  return {
    take(kind, userId) {
      const place = places[kind].take(userId);
      if (place) return place;
      throw new DomainError('rate_limited', `${most[kind]} ${advice[kind]}`, { retryAfterMs: comeBackMs });
    },
  };
}
