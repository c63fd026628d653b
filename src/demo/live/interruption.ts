import { setTimeout as sleep } from 'node:timers/promises';
import type { Playback } from './playback.ts';
import type { Talk } from './talk.ts';

export interface Interruption {
  heardMs: number;
  /** What the stored reply was cut to. */
  heardText: string;
}

const patienceMs = 1_000;

/** Begins to speak when a player would have played one second of the reply. */
export async function interruptAfter({ client, sessionId }: Talk, { firstByteAt }: Playback): Promise<Interruption> {
  const begun = await firstByteAt;
  await sleep(patienceMs);
  const heardMs = Math.round(performance.now() - begun);
  const { interrupted, heardText } = await client.chat.interrupt.mutate({ sessionId, heardMs });
  if (!interrupted || heardText === null) throw new Error('The reply could not be interrupted: it had ended before.');
  return { heardMs, heardText };
}
