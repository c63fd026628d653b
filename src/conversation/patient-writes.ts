import { setTimeout as sleep } from 'node:timers/promises';
import { asDomainError, DomainError } from '../errors.ts';

/** Writes to the database, one after the other, beside a conversation that does not wait for them. */
export interface PatientWrites {
  add(write: () => Promise<unknown>): void;
  /** Resolves once everything so far is written, or given up. */
  settled(): Promise<void>;
}

/** What waits while the database is slow. */
const mostWaiting = 500;
const retryAfterMs = [250, 1_000, 4_000];

/** A database that is away for a moment costs nobody a word. What it costs in the end is told to `onFailed`. */
export function createPatientWrites(onFailed: (error: unknown) => void): PatientWrites {
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();
  return {
    add(write) {
      if (waiting >= mostWaiting) {
        onFailed(new DomainError('unavailable', 'The database is too slow to keep up. Connect again in a moment.'));
        return;
      }
      waiting += 1;
      work = work
        .then(() => patiently(write))
        .catch(onFailed)
        .finally(() => {
          waiting -= 1;
        });
    },
    settled: () => work,
  };
}

async function patiently(write: () => Promise<unknown>): Promise<void> {
  for (const waitMs of [...retryAfterMs, null]) {
    try {
      await write();
      return;
    } catch (error) {
      if (waitMs === null || asDomainError(error).code !== 'unavailable') throw error;
      await sleep(waitMs);
    }
  }
}
