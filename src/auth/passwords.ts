import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../errors.ts';

/** Argon2id (the package's default) with the OWASP password storage minimum: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Costs as much to check as a real one, and no password matches it. */
const nobodysHash = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** File work shares the four threads that hash, so a rush of sign-ins may hold two of them only. */
const atOnce = 2;
const longestQueue = 100;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < atOnce) running++;
  else {
    if (waiting.length >= longestQueue) {
      throw new DomainError('unavailable', 'Too many people are signing in right now. Try again in a few seconds.', {
        retryAfterMs: 3_000,
      });
    }
    // Whoever finishes hands its turn over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/** Off the main thread. Throws `unavailable` when too many are waiting. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, cost));
}

/** Takes as long for an account that does not exist (`null`), so that time tells nothing. Throws as `hashPassword`. */
export async function checkPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await inTurn(() => verify(passwordHash ?? nobodysHash, password));
  return matches && passwordHash !== null;
}
