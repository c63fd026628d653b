import { DomainError } from '../errors.ts';
import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { speaksVoice } from '../models/parameters.ts';
import type { Speaker, SpeakRequest, Speech } from './speaker.ts';

/**
 * Speaks with one model, once. Resolves with the first audio; the signal ends the waiting for that, the request's own
 * signal everything. Throws what `callUpstream` understands.
 */
export type SpeechAttempt = (request: SpeakRequest, model: string, signal: AbortSignal) => Promise<Speech>;

export interface SpeakerOptions extends UpstreamAccess {
  /** Whose voice it is: see `Speaker`. */
  origin: string;
  deadlines?: {
    /** From one request to its first audio; default 20 s. */
    firstByteMs?: number;
    /** To the first audio, retries included; default 45 s. */
    startMs?: number;
    /** Between two pieces of audio; default 10 s. */
    idleMs?: number;
  };
}

const longestInput = 4096;

/** A speaker out of single attempts: with the model for the voice, then the next one, each repeated while that helps. */
export function speakerOf(attempt: SpeechAttempt, options: SpeakerOptions): Speaker {
  const { catalogue, origin, deadlines: { startMs = 45_000 } = {} } = options;
  return {
    origin,
    currentModel: (voice) => catalogue.currentModel('speak', (model) => speaksVoice(model, voice)),

    speak(request): Promise<Speech> {
      const suits = (model: string) => speaksVoice(model, request.voice);
      const length = [...request.text].length;
      if (length > longestInput || !request.text.trim()) {
        const message = `Text to speak must have 1 to ${longestInput} characters; this has ${length}.`;
        return Promise.reject(new DomainError('invalid_input', message));
      }
      const call = {
        ...options,
        capability: 'speak' as const,
        deadlineMs: request.firstAudioMs ?? startMs,
        signal: request.signal,
        suits,
      };
      return callUpstream(call, (model, signal) => attempt(request, model, signal));
    },
  };
}

/** How to say it, as a model is told: the language, then the style. */
export function mannerOf({ language, style }: SpeakRequest): string {
  const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? language;
  return [`Speak ${name}.`, style].filter(Boolean).join(' ');
}
