import { EventEmitter, once } from 'node:events';
import { DomainError } from '../errors.ts';
import type { AudioKey, AudioStorage, GrowingAudio } from '../storage/audio-storage.ts';
import { createMp3Joiner } from './mp3-joiner.ts';

/** A reply's audio once it has ended and is durable. */
export interface FinishedReply {
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
  /** Whole milliseconds. */
  durationMs: number;
}

/** Writes the audio of one reply. One call at a time. */
export interface ReplyRecorder {
  /** Sound written so far, in whole milliseconds. */
  readonly durationMs: number;
  readonly bytes: number;
  /**
   * Joins one piece's MP3 to the whole; its sound can be heard while it arrives. Throws what the piece throws,
   * `upstream_failed` when the piece holds no sound, `storage_full` or `unavailable`. What came before stays.
   */
  add(piece: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Ends the file and makes it durable. `keep` writes the row: until it is done, new readers are still served from
   * here. Rejects with what `keep` throws; the file stays then, until it is deleted from the storage.
   */
  finish(keep?: (reply: FinishedReply) => Promise<unknown>): Promise<FinishedReply>;
  /** Removes the file; its readers fail with `gone`. Does nothing after a `finish` that made the file durable. */
  discard(): Promise<void>;
}

/** The replies that are being spoken now, in this process. */
export interface ReplyAudio {
  /** Begins a reply. Its file, `replies/<id>.mp3`, is created with its first sound: one that fails leaves none. */
  begin(id: string): ReplyRecorder;
  /**
   * The bytes of a reply that still grows, from offset `start`: what there is, then more as it comes, to its end.
   * Null when it does not grow here: then it is stored, or there is none. Holds nothing before it is read.
   * Iterating throws an AbortError once the signal aborts, and `gone` when the reply is discarded.
   */
  follow(id: string, start: number, signal: AbortSignal): AsyncIterable<Uint8Array> | null;
}

interface Growth {
  key: AudioKey;
  /** Null before the first sound. */
  file: GrowingAudio | null;
  state: 'growing' | 'finished' | 'discarded';
  /** Bytes on disk: where the tail begins. Changes in the same moment as the tail, which `file.bytes` does not. */
  written: number;
  /** What is not on disk yet, in order: readers that are up to date need no look at the disk. */
  tail: Uint8Array[];
  /** Emits `change` when there are more bytes, or another state. */
  changes: EventEmitter<{ change: [] }>;
}

/** Two seconds of sound: writing each frame by itself costs more than all the rest about it. */
const writeBytes = 16 * 1024;

const bytesOf = (chunks: readonly Uint8Array[]) => chunks.reduce((sum, { length }) => sum + length, 0);

/** What comes from this offset on of what is not on disk yet; null when that is nothing. */
function inTail({ written, tail }: Growth, position: number): Uint8Array | null {
  let start = written;
  for (const [at, chunk] of tail.entries()) {
    if (position >= start && position < start + chunk.length) {
      const first = chunk.subarray(position - start);
      return at === tail.length - 1 ? first : Buffer.concat([first, ...tail.slice(at + 1)]);
    }
    start += chunk.length;
  }
  return null;
}

const withdrawn = () => new DomainError('gone', 'This reply was withdrawn. Ask again.');

async function* readGrowth(
  storage: AudioStorage,
  growth: Growth,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let position = start; ; ) {
    signal.throwIfAborted();
    if (growth.state === 'discarded') throw withdrawn();
    const waiting = inTail(growth, position);
    if (waiting) {
      position += waiting.length;
      yield waiting;
    } else if (position < growth.written) {
      const end = growth.written - 1;
      const stored: AsyncIterable<Uint8Array> = await storage.open(growth.key, { start: position, end });
      const before = position;
      for await (const bytes of stored) {
        position += bytes.length;
        yield bytes;
      }
      // Somebody else made the file shorter: asking again would never end.
      if (position === before) throw withdrawn();
    } else if (growth.state === 'finished') {
      return;
    } else {
      await once(growth.changes, 'change', { signal });
    }
  }
}

export function createReplyAudio(storage: AudioStorage): ReplyAudio {
  const growths = new Map<string, Growth>();

  return {
    begin(id) {
      const key: AudioKey = `replies/${id}.mp3`;
      const growth: Growth = {
        key,
        file: null,
        state: 'growing',
        written: 0,
        tail: [],
        changes: new EventEmitter<{ change: [] }>().setMaxListeners(0),
      };
      growths.set(id, growth);
      return recorder(storage, growth, () => growths.delete(id));
    },

    follow(id, start, signal) {
      const growth = growths.get(id);
      return growth ? readGrowth(storage, growth, start, signal) : null;
    },
  };
}

function recorder(storage: AudioStorage, growth: Growth, forget: () => void): ReplyRecorder {
  const joiner = createMp3Joiner();
  const open = async () => {
    growth.file ??= await storage.grow(growth.key);
    return growth.file;
  };
  const durationMs = () => Math.round(joiner.durationMs);
  const bytes = () => growth.written + bytesOf(growth.tail);
  const write = async () => {
    const waiting = growth.tail.length;
    if (waiting === 0) return;
    try {
      const file = await open();
      await file.append(Buffer.concat(growth.tail.slice(0, waiting)));
      growth.written += bytesOf(growth.tail.splice(0, waiting));
    } catch (error) {
      // After one failure nothing more is taken: what is on disk is all there will be.
      growth.tail.length = 0;
      throw error;
    }
  };
  const end = (state: 'finished' | 'discarded') => {
    growth.state = state;
    growth.changes.emit('change');
  };

  return {
    get durationMs() {
      return durationMs();
    },
    get bytes() {
      return bytes();
    },

    async add(piece) {
      const before = bytes();
      for await (const frames of joiner.join(piece)) {
        // Readers do not wait for the disk.
        growth.tail.push(frames);
        growth.changes.emit('change');
        if (bytesOf(growth.tail) >= writeBytes) await write();
      }
      if (bytes() === before) {
        throw new DomainError('upstream_failed', 'The speech service sent no sound for a sentence of the reply.');
      }
    },

    async finish(keep) {
      try {
        // Readers do not wait for the disk.
        end('finished');
        await write();
        const file = await open();
        const reply = { ...(await file.finish()), durationMs: durationMs() };
        await keep?.(reply);
        return reply;
      } finally {
        forget();
      }
    },

    async discard() {
      if (growth.state === 'growing') end('discarded');
      forget();
      await growth.file?.discard();
    },
  };
}
