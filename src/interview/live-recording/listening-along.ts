import type { DomainError } from '../../errors.ts';
import type { LiveWords } from '../../speech/live-transcriber.ts';
import { voicePcm } from '../../speech/voice-model.ts';
import { ownedQuestion } from '../access.ts';
import { assertAnswerable } from '../answers.ts';
import { primaryLanguage, visibleText } from '../language.ts';
import { bookHearing } from '../usage.ts';
import type { LiveRecordingCaller } from './context.ts';
import { recordingLimit } from './recording-limit.ts';

/** What somebody is told who has an answer heard that is recorded elsewhere. */
export type AlongEvent =
  /** To be added to the words told before. */
  | { type: 'delta'; text: string }
  /** Instead of all words told before. */
  | { type: 'corrected'; text: string }
  /** The last event; null: nobody listens any more. */
  | { type: 'ended'; error: DomainError | null };

/** Listens while an answer is spoken, and keeps nothing: neither its sound nor its words. */
export interface ListeningAlong {
  /** Sound: see `voicePcm`. */
  hear(pcm: Uint8Array): void;
  readonly bufferedBytes: number;
  end(): Promise<void>;
}

/**
 * Tells the words of an answer while the client records it: they are provisional, for its eyes only. Throws what an
 * upload would be refused with, `upstream_*` or `unavailable`.
 */
export async function listenAlong(
  caller: LiveRecordingCaller,
  questionId: string,
  emit: (event: AlongEvent) => void,
): Promise<ListeningAlong> {
  const { deps, userId, signal } = caller;
  await assertAnswerable(caller, questionId);
  const { text: prompt, session } = await ownedQuestion(caller, questionId);
  const limit = recordingLimit(deps.limits);
  const transcription = await deps.liveTranscriber.open({
    language: primaryLanguage(session.language),
    prompt: prompt.slice(0, 800),
    ...(signal && { signal }),
  });
  const { model } = transcription;
  const bookings: Promise<void>[] = [];
  let heardBytes = 0;
  let bookedMs = 0;
  let told = '';
  let ending: Promise<void> | null = null;

  const book = (audioMs: number, tokens = { inputTokens: 0, outputTokens: 0 }) => {
    const usage = { model, audioMs, ...tokens };
    const booked = bookHearing(deps, { userId, sessionId: session.id }, usage).catch((error: unknown) => {
      deps.log.error({ err: error, questionId }, 'what listening along consumed was not booked');
    });
    bookings.push(booked);
  };
  const end = (error: DomainError | null) => {
    ending ??= (async () => {
      transcription.close();
      const heardMs = Math.round(heardBytes / voicePcm.bytesPerMs);
      // What was heard since the last word that was settled is billed too, and never told.
      if (heardMs > bookedMs) book(heardMs - bookedMs);
      emit({ type: 'ended', error });
      await Promise.all(bookings);
    })();
    return ending;
  };
  const tell = (words: LiveWords) => {
    if (ending) return;
    if (words.type === 'used') {
      book(words.usage.audioMs, words.usage);
    } else if (words.type === 'delta') {
      const text = visibleText(words.text);
      told += text;
      emit({ type: 'delta', text });
    } else {
      bookedMs = Math.max(bookedMs, words.heardMs);
      const text = visibleText(transcription.text);
      if (text !== told.trim()) emit({ type: 'corrected', text });
      told = text;
    }
  };
  transcription.receive(tell);
  void transcription.closed.then(end);

  return {
    hear(pcm) {
      heardBytes += pcm.length;
      if (heardBytes > limit.bytes) void end(limit.error);
      else if (!ending) transcription.hear(pcm);
    },
    get bufferedBytes() {
      return transcription.bufferedBytes;
    },
    end: () => end(null),
  };
}
