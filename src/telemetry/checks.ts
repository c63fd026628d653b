import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../errors.ts';
import type { AudioStorage } from '../storage/audio-storage.ts';

/** An answer to "does it work?", kept for a while: whoever asks often must not become a load. Never rejects. */
export type Check = () => Promise<string | null>;

export interface CheckOptions {
  /** Without an answer for so long, the answer is no. */
  withinMs: number;
  keptMs: number;
}

/**
 * Asks by `probe`, which resolves with what is wrong (null: nothing) or rejects. Askers that come while it is asked share
 * the answer. What a rejection says stays here: it may name hosts and paths; `failure` is told instead.
 */
export function createCheck(
  failure: string,
  probe: () => Promise<string | null>,
  { withinMs, keptMs }: CheckOptions,
): Check {
  let answer: Promise<string | null> | null = null;
  let answeredAt = Number.NEGATIVE_INFINITY;
  const ask = async () => {
    const asked = probe().catch((error: unknown) => (error instanceof DomainError ? error.message : failure));
    const problem = await Promise.race([asked, sleep(withinMs, failure, { ref: false })]);
    answeredAt = performance.now();
    return problem;
  };
  return () => {
    const fresh = performance.now() - answeredAt < keptMs;
    if (answer === null || (answeredAt !== Number.NEGATIVE_INFINITY && !fresh)) {
      answeredAt = Number.NEGATIVE_INFINITY;
      answer = ask();
    }
    return answer;
  };
}

/** No file has this name: it is of 1970. */
const absent = 'questions/00000000-0000-7000-8000-000000000000.mp3';

/** Writes a byte where recordings are received and forgets it, and looks for a file where they are kept. */
export async function probeStorage(storage: AudioStorage): Promise<null> {
  async function* oneByte() {
    yield new Uint8Array(1);
  }
  const staged = await storage.stage(oneByte(), { maxBytes: 1 });
  await staged.discard();
  await storage.size(absent);
  return null;
}
