import { DomainError } from '../errors.ts';
import { NotAsked } from '../limits/not-asked.ts';
import { type Applicant, createAdmission, type Release } from './admission.ts';
import { type Breaker, type BreakerOptions, type BreakerPass, createBreaker, defaultBreaker } from './breaker.ts';
import type { Capability } from './preferences.ts';

/** A call that may be made. It ends once; until then it holds its place. */
export type Passage = BreakerPass;

/** What stands before one capability at one host. */
export interface Gate {
  /** At once, or after waiting for a place. Throws, or rejects with, `unavailable`, `rate_limited`, or the signal's reason. */
  enter(signal: AbortSignal): Passage | Promise<Passage>;
  state(): GateState;
}

export interface GateState {
  capability: Capability;
  host: string;
  /** How long calls are still refused for, in milliseconds; null: they are made. */
  refusesForMs: number | null;
  /** Calls under way. */
  taken: number;
  /** Calls that wait for a place. */
  waiting: number;
}

export interface GateOptions {
  capability: Capability;
  host: string;
  /** Calls at once. */
  concurrency: number;
  /** Who is asking, in whatever runs now. */
  applicant: () => Applicant;
  breaker?: Partial<BreakerOptions>;
}

const waitingPerPlace = 4;
const comeBackMs = 2_000;

/** Bounds what is asked of an upstream at once, and asks nothing of one that is known not to work. */
export function createGate(options: GateOptions): Gate {
  const { capability, host, concurrency, applicant } = options;
  const admission = createAdmission({ places: concurrency, waiting: concurrency * waitingPerPlace });
  const breaker = createBreaker({ ...defaultBreaker, ...options.breaker });

  function refuseWhileOpen(): void {
    const retryAfterMs = breaker.refusesForMs();
    if (retryAfterMs === null) return;
    throw notAsked('unavailable', `${host} does not work at the moment. Try again shortly.`, retryAfterMs);
  }

  function begin(release: Release): Passage {
    try {
      // It may have been found not to work while this call waited.
      refuseWhileOpen();
      return passageOf(breaker, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  return {
    enter(signal) {
      refuseWhileOpen();
      const entered = admission.enter(applicant(), signal);
      if (typeof entered === 'function') return begin(entered);
      if (entered instanceof Promise) return entered.then(begin);
      if (entered.full === 'owner') {
        throw notAsked(
          'rate_limited',
          'Too much that you asked for is still under way. Wait for some of it.',
          comeBackMs,
        );
      }
      throw notAsked('unavailable', `Too many wait for ${host} already. Try again in a moment.`, comeBackMs);
    },
    state: () => ({ capability, host, refusesForMs: breaker.refusesForMs(), ...admission.counts() }),
  };
}

function passageOf(breaker: Breaker, release: Release): Passage {
  const pass = breaker.pass();
  return {
    answered: pass.answered,
    end(outcome) {
      pass.end(outcome);
      release();
    },
  };
}

function notAsked(code: 'unavailable' | 'rate_limited', message: string, retryAfterMs: number): DomainError {
  return new DomainError(code, message, { retryAfterMs, cause: new NotAsked(message) });
}
