import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../errors.ts';
import type { AudioKey } from '../storage/audio-storage.ts';
import type { ConversationDeps } from './context.ts';

/** A reply that another server of this database speaks at the moment. */
export interface ReplyElsewhere {
  audioId: string;
  turnId: string;
}

const lookEveryMs = 200;

/** The user's reply with this audio, while its turn runs; null when there is none. */
export async function findReplyElsewhere(
  { db }: ConversationDeps,
  userId: string,
  audioId: string,
): Promise<ReplyElsewhere | null> {
  const turn = await db.prisma.turn.findFirst({
    where: {
      state: 'running',
      session: { userId },
      events: { some: { event: { path: ['audioUrl'], equals: `/audio/${audioId}` } } },
    },
    select: { id: true },
  });
  return turn && { audioId, turnId: turn.id };
}

/**
 * Its bytes from offset `start` on, to its end: read from the shared storage, some seconds of sound at a time, as the
 * server that speaks it writes them; storage that shows no file before its end gives them then. Iterating throws an
 * AbortError once the signal aborts, and `gone` when the turn ends without keeping the reply.
 */
export async function* followReplyElsewhere(
  { db, storage }: ConversationDeps,
  { audioId, turnId }: ReplyElsewhere,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const key: AudioKey = `replies/${audioId}.mp3`;
  for (let position = start; ; ) {
    signal.throwIfAborted();
    // In this order: a turn that is over has stored its reply, and a reply that is stored does not grow.
    const turn = await db.prisma.turn.findUnique({ where: { id: turnId }, select: { state: true } });
    const stored = await db.prisma.audioFile.findUnique({ where: { id: audioId }, select: { bytes: true } });
    const bytes = stored?.bytes ?? (await storage.size(key)) ?? 0;
    if (position < bytes) {
      const part: AsyncIterable<Uint8Array> = await storage.open(key, { start: position, end: bytes - 1 });
      for await (const chunk of part) {
        position += chunk.length;
        yield chunk;
      }
    } else if (stored) {
      return;
    } else if (turn?.state === 'running') {
      await sleep(lookEveryMs, undefined, { signal });
    } else {
      throw new DomainError('gone', 'This reply was withdrawn. Ask again.');
    }
  }
}
