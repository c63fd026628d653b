import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import type { Log } from '../log.ts';
import type { Engagement, Hold, Idempotency, Settled } from './claim.ts';
import { holdRow } from './hold.ts';
import { usedForAnother } from './refusals.ts';
import { type IdempotencyRows, idempotencyRows, type Row, type RowId } from './rows.ts';
import { type KeySecrets, keySecrets } from './sealing.ts';
import { beforeEnd } from './waiting.ts';

export interface IdempotencyOptions {
  db: Pick<Database, 'pool'>;
  /** Of the server, and shared by all servers on one database. */
  secret: string;
  log: Log;
  /** Aborts when the server begins to stop: nobody waits any longer. */
  closing: AbortSignal;
  /** A server that does not renew its lease for this long counts as dead. */
  leaseMs?: number;
}

/** What the longest work takes, and some more. */
const longestWaitMs = 300_000;
const pollMs = 100;

/**
 * Answers to requests with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), kept for 24 hours. The row's
 * primary key and conditional updates decide who works, whatever the number of servers. The work of a server that died is
 * done again by whoever asks next: at least once, then, and once unless it died between the work and its answer's row.
 */
export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { db, secret, log, closing, leaseMs = 30_000 } = options;
  const rows = idempotencyRows(db.pool);
  const engaged = new Map<string, Engagement>();

  function engage(name: string): Engagement {
    const { promise: settled, resolve } = Promise.withResolvers<Settled | null>();
    const settle = (outcome: Settled | null) => {
      if (engaged.get(name) === engagement) engaged.delete(name);
      resolve(outcome);
    };
    const engagement: Engagement = { operation: null, settled, settle };
    engaged.set(name, engagement);
    return engagement;
  }

  return {
    async claim({ owner, key, operation: text, readForm, signal }) {
      const secrets = keySecrets(secret, { owner, key });
      const operation = secrets.digest(text);
      const until = AbortSignal.any([signal, closing, AbortSignal.timeout(longestWaitMs)]);
      for (;;) {
        const ahead = engaged.get(secrets.name);
        if (ahead?.operation && ahead.operation !== operation) throw usedForAnother();
        const outcome = ahead
          ? await beforeEnd(ahead.settled, until)
          : await lead(
              { rows, id: { owner, name: secrets.name }, secrets, operation, leaseMs, until, log },
              engage(secrets.name),
            );
        if (!outcome) continue;
        if ('keep' in outcome) return { hold: outcome };
        const [asked, form] = outcome.fingerprint.split('.');
        if (asked !== operation) throw usedForAnother();
        if (form && readForm && secrets.digest(await readForm()) !== form) throw usedForAnother();
        return { answer: outcome };
      }
    },
  };
}

interface Leading {
  rows: IdempotencyRows;
  id: RowId;
  secrets: KeySecrets;
  operation: string;
  leaseMs: number;
  until: AbortSignal;
  log: Log;
}

/** One of all that wait in a process asks the database; the others follow it. */
async function lead(leading: Leading, engagement: Engagement): Promise<Hold | Settled> {
  const { rows, id, secrets, operation, leaseMs, log } = leading;
  try {
    for (;;) {
      const held = await rows.claim(id, operation, leaseMs);
      if (held) {
        engagement.operation = operation;
        return holdRow({ rows, held, secrets, operation, leaseMs, engagement, log });
      }
      const answered = await whileAtWork(leading);
      if (!answered) continue;
      const { fingerprint, status, answer } = answered;
      const settled = { fingerprint, status, content: answer && secrets.open(answer) };
      engagement.settle(settled);
      return settled;
    }
  } catch (error) {
    engagement.settle(null);
    throw error;
  }
}

/** The row once it is answered; null when it can be claimed, or is gone. */
async function whileAtWork({ rows, id, operation, until }: Leading): Promise<(Row & { status: number }) | null> {
  for (;;) {
    const row = await rows.read(id);
    if (!row || row.expired) return null;
    const { status } = row;
    if (status !== null) return { ...row, status };
    if (row.fingerprint !== operation) throw usedForAnother();
    if (row.abandoned) return null;
    await beforeEnd(sleep(pollMs + Math.random() * pollMs), until);
  }
}
