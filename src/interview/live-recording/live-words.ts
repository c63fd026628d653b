import type { DomainError } from '../../errors.ts';
import { voicePcm } from '../../speech/voice-model.ts';
import { primaryLanguage, visibleText } from '../language.ts';
import { bookHearing } from '../usage.ts';
import type { LiveRecordingDeps } from './context.ts';
import { type Listening, startListening } from './listening.ts';
import type { RecordingRow } from './recording-row.ts';
import type { LiveText } from './submission.ts';

/** What may follow after the last settled word: no upstream takes less than 100 ms. */
const inaudibleBytes = 100 * voicePcm.bytesPerMs;

export interface LiveWordsOptions {
  row: RecordingRow;
  read(offset: number, bytes: number): Promise<Uint8Array>;
  written(): number;
  onDelta(text: string): void;
  /** `settled` tells more. */
  onSettled(): void;
  onLost(error: DomainError): void;
}

/** The words of one recording, from however many sessions upstream. */
export interface LiveWordsSoFar {
  readonly text: string;
  /** What need not be heard again. */
  readonly settled: { transcript: string; heardBytes: number; transcribedBy: string | null };
  /** Begins, or after a loss begins again at the last settled word. */
  listen(): void;
  offer(pcm: Uint8Array, offset: number): void;
  catchUp(): void;
  /** Everything that was said in so many bytes; null when it could not be heard, or nothing was. Never rejects. */
  finish(bytes: number): Promise<LiveText | null>;
  close(): void;
}

const joined = (before: string, after: string) =>
  before && after ? `${before} ${after.trimStart()}` : before || after;

export function hearRecordingLive(deps: LiveRecordingDeps, options: LiveWordsOptions): LiveWordsSoFar {
  const { row } = options;
  const { id, userId, sessionId, transcript, heardBytes, transcribedBy } = row;
  let settled = { transcript, heardBytes, transcribedBy };
  let base = transcript;
  let listening: Listening | null = null;
  const bookings: Promise<void>[] = [];

  const listen = () => {
    if (listening && !listening.lost) return;
    base = settled.transcript;
    const from = settled.heardBytes;
    let first = true;
    listening = startListening({
      from,
      read: options.read,
      written: options.written,
      open: (signal) =>
        deps.liveTranscriber.open({
          language: primaryLanguage(row.language),
          prompt: row.questionText.slice(0, 800),
          signal,
        }),
      onWords(words, { model }) {
        if (words.type === 'delta') {
          options.onDelta(visibleText(first && base ? ` ${words.text.trimStart()}` : words.text));
          first = false;
        } else if (words.type === 'settled') {
          const heard = Math.min(options.written(), from + words.heardMs * voicePcm.bytesPerMs);
          settled = { transcript: joined(base, visibleText(words.text)), heardBytes: heard, transcribedBy: model };
          options.onSettled();
        } else {
          const booked = bookHearing(deps, { userId, sessionId }, words.usage).catch((error: unknown) => {
            deps.log.error({ err: error, recordingId: id }, 'what hearing live consumed was not booked');
          });
          bookings.push(booked);
        }
      },
      onLost(error) {
        deps.log.warn({ err: error, recordingId: id }, 'a recording is not heard live any more');
        options.onLost(error);
      },
    });
  };

  const finishListening = async (bytes: number) =>
    listening ? listening.finish(bytes, deps.liveRecording.lastWordsMs) : null;

  return {
    get text() {
      return joined(base, visibleText(listening?.text ?? ''));
    },
    get settled() {
      return settled;
    },
    listen,
    offer: (pcm, offset) => listening?.offer(pcm, offset),
    catchUp: () => listening?.catchUp(),
    async finish(bytes) {
      const rest = bytes - settled.heardBytes < inaudibleBytes ? '' : await finishListening(bytes);
      await Promise.all(bookings);
      listening?.close();
      if (rest === null) return null;
      const text = (rest ? joined(base, visibleText(rest)) : settled.transcript).trim();
      const model = settled.transcribedBy ?? listening?.model;
      return text && model ? { text, model } : null;
    },
    close: () => listening?.close(),
  };
}
