import { APIError } from 'openai';
import type { DomainError } from '../errors.ts';
import type { ModelListing } from './model-listing.ts';

/** Whether a capability's server works, by the latest that was seen of it. */
export interface Reach {
  /** Null: nothing was asked of it yet. */
  reachable: boolean | null;
  keyRefused: boolean;
  /** What is wrong, in words for the operator; null when nothing is known to be. */
  problem: string | null;
}

/** One call may fail for reasons of its own; so many in a row do not. */
const failuresInARow = 3;
const failing: ReadonlySet<string> = new Set(['unavailable', 'upstream_failed', 'upstream_timeout']);

/** What calls told since they began to fail, or to succeed again. */
export interface CallsHeard {
  atMs: number;
  failures: number;
  keyRefused: boolean;
  problem: string | null;
}

/** Takes a call that ended into account. `error` is what was thrown, `told` what was made of it; both null: it worked. */
export function afterCall(
  before: CallsHeard | undefined,
  { error, told, atMs }: { error: unknown; told: DomainError | null; atMs: number },
): CallsHeard | undefined {
  if (!told) return { atMs, failures: 0, keyRefused: false, problem: null };
  const status = error instanceof APIError ? error.status : undefined;
  if (status === 401 || status === 403) return { atMs, failures: 0, keyRefused: true, problem: told.message };
  // An answer that refuses the request itself comes from a server that works.
  const works = status !== undefined ? status < 500 && status !== 429 : !failing.has(told.code);
  if (works) return before;
  return {
    atMs,
    failures: (before?.failures ?? 0) + 1,
    keyRefused: before?.keyRefused ?? false,
    problem: told.message,
  };
}

/** The later of both counts: a list that could be read ends what calls said before it, and the other way round. */
export function reachOf(listing: ModelListing | undefined, calls: CallsHeard | undefined): Reach {
  if (calls && calls.atMs >= (listing?.checkedAt.getTime() ?? 0)) {
    const { keyRefused, problem, failures } = calls;
    if (keyRefused) return { reachable: true, keyRefused, problem };
    if (failures === 0) return { reachable: true, keyRefused, problem: null };
    if (failures >= failuresInARow) return { reachable: false, keyRefused, problem };
  }
  if (!listing) return { reachable: null, keyRefused: false, problem: null };
  const { reachable, keyRefused, problem = null } = listing;
  return { reachable, keyRefused, problem: reachable && !keyRefused ? null : problem };
}
