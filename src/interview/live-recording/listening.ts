import { setTimeout as wait } from 'node:timers/promises';
import { asDomainError, DomainError } from '../../errors.ts';
import type { LiveTranscription, LiveWords } from '../../speech/live-transcriber.ts';
import { voicePcm } from '../../speech/voice-model.ts';

export interface ListeningOptions {
  open(signal: AbortSignal): Promise<LiveTranscription>;
  /** Where in the recording it begins to listen. */
  from: number;
  /** Of the recording on disk. */
  read(offset: number, bytes: number): Promise<Uint8Array>;
  written(): number;
  /** `text` has every word so far; `settled` says up to which byte of the recording it will not change. */
  onWords(words: LiveWords, listening: Listening): void;
  /** There will be no more words. The recording goes on. */
  onLost(error: DomainError): void;
}

/** Follows a recording from its file, directly where it keeps up: it may lag, but never skips and never holds it up. */
export interface Listening {
  readonly model: string | null;
  readonly text: string;
  readonly lost: boolean;
  /** Sound that just came, which is being written at this offset. */
  offer(pcm: Uint8Array, offset: number): void;
  /** More was written. */
  catchUp(): void;
  /** All words, once the recording was heard up to this byte; null when that cannot be had in time. */
  finish(upTo: number, deadlineMs: number): Promise<string | null>;
  close(): void;
}

const pieceBytes = 48_000;
/** Upstream of what is not taken by the network yet: five seconds. */
const mostBuffered = 5_000 * voicePcm.bytesPerMs;
const fullCheckMs = 20;

export function startListening(options: ListeningOptions): Listening {
  const leaving = new AbortController();
  let transcription: LiveTranscription | null = null;
  let sent = options.from;
  let behind = true;
  let lost = false;
  let caughtUp: { upTo: number; resolve(): void } | null = null;

  const lose = (error: unknown) => {
    if (lost || leaving.signal.aborted) return;
    lost = true;
    transcription?.close();
    caughtUp?.resolve();
    options.onLost(asDomainError(error));
  };

  const send = (pcm: Uint8Array) => {
    for (let start = 0; start < pcm.length; start += pieceBytes) {
      transcription?.hear(pcm.subarray(start, start + pieceBytes));
    }
    sent += pcm.length;
  };

  const readOn = async () => {
    const piece = await options.read(sent, Math.min(pieceBytes, options.written() - sent));
    // Somebody made the file shorter: asking again would never end.
    if (piece.length === 0) throw new DomainError('gone', 'The recording is no longer stored.');
    return piece;
  };
  const follow = async () => {
    while (transcription && !lost && !leaving.signal.aborted && sent < options.written()) {
      if (transcription.bufferedBytes > mostBuffered) await wait(fullCheckMs);
      else send(await readOn());
    }
  };
  const catchUp = () => {
    if (behind || lost || leaving.signal.aborted) return;
    behind = true;
    follow()
      .catch(lose)
      .finally(() => {
        behind = false;
        // More may have been written since it looked.
        if (transcription && sent < options.written()) catchUp();
        else if (caughtUp && sent >= caughtUp.upTo) caughtUp.resolve();
      });
  };

  const listening: Listening = {
    get model() {
      return transcription?.model ?? null;
    },
    get text() {
      return transcription?.text ?? '';
    },
    get lost() {
      return lost;
    },
    offer(pcm, offset) {
      const atOnce = !behind && sent === offset && (transcription?.bufferedBytes ?? 0) <= mostBuffered;
      if (atOnce && transcription && !lost) send(pcm);
    },
    catchUp,
    async finish(upTo, deadlineMs) {
      const overdue = Promise.withResolvers<never>();
      const timer = setTimeout(() => overdue.reject(tooSlow()), deadlineMs);
      const last = async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        caughtUp = { upTo, resolve };
        if (sent >= upTo || lost) resolve();
        catchUp();
        await promise;
        return lost || !transcription ? null : await transcription.finish();
      };
      try {
        return await Promise.race([last(), overdue.promise]);
      } catch (error) {
        lose(error);
        return null;
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      leaving.abort(new DomainError('unavailable', 'Nobody records any more.'));
      transcription?.close();
    },
  };

  options.open(leaving.signal).then((opened) => {
    if (leaving.signal.aborted || lost) return opened.close();
    transcription = opened;
    opened.receive((words) => options.onWords(words, listening));
    void opened.closed.then((error) => error && lose(error));
    behind = false;
    catchUp();
  }, lose);
  return listening;
}

const tooSlow = () => new DomainError('upstream_timeout', 'The last words took too long to come.');
