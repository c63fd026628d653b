import type { Log } from '../log.ts';
import type { Engagement, Hold, Settled } from './claim.ts';
import type { HeldRow, IdempotencyRows } from './rows.ts';
import type { KeySecrets } from './sealing.ts';

/** Of an answer. Larger ones are refused when they are asked for again. */
const largestContent = 1_048_576;
/** Nothing takes this long: work that hangs must not hold its key for ever. */
const longestWorkMs = 900_000;

export interface Held {
  rows: IdempotencyRows;
  held: HeldRow;
  secrets: KeySecrets;
  operation: string;
  leaseMs: number;
  engagement: Engagement;
  log: Log;
}

/** Holds a claimed row, its lease renewed, until the answer is there. */
export function holdRow({ rows, held, secrets, operation, leaseMs, engagement, log }: Held): Hold {
  const renewing = setInterval(() => {
    rows
      .renew(held, leaseMs)
      .catch((err: unknown) => log.warn({ err }, 'the lease of an idempotency key was not renewed'));
  }, leaseMs / 3);
  const overdue = setTimeout(() => clearInterval(renewing), longestWorkMs);
  renewing.unref();
  overdue.unref();
  const stop = () => {
    clearInterval(renewing);
    clearTimeout(overdue);
  };
  return {
    async keep({ status, content: whole }, form) {
      stop();
      const fingerprint = form === undefined ? operation : `${operation}.${secrets.digest(form)}`;
      const content = whole && whole.length <= largestContent ? whole : null;
      const settled: Settled = { fingerprint, status, content };
      try {
        const kept = await rows.keep(held, { fingerprint, status, answer: content && secrets.seal(content) });
        if (!kept)
          log.warn({ owner: held.owner }, 'an answer came when its idempotency key had been taken over or deleted');
      } catch (err) {
        // The work is done and told: whoever sends it again has to wait for the end of the lease, and repeats it.
        log.error({ err, owner: held.owner }, 'the answer of an idempotency key was not kept');
      }
      engagement.settle(settled);
    },
    async release() {
      stop();
      try {
        await rows.release(held);
      } catch (err) {
        log.warn({ err, owner: held.owner }, 'an idempotency key is held until its lease is over');
      }
      engagement.settle(null);
    },
  };
}
