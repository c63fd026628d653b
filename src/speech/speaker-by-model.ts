import { speaksOverRealtime } from '../models/parameters.ts';
import { openAiSpeech } from './openai-speaker.ts';
import { realtimeSpeech } from './realtime-speaker.ts';
import type { Speaker } from './speaker.ts';
import { type SpeakerOptions, speakerOf } from './speech-attempt.ts';

/**
 * Speaks with whichever model the list gives: Realtime models over Realtime, all others through the speech endpoint. A
 * model that is gone gives way to the next within one call, also from one way to the other.
 */
export function createSpeakerByModel(options: SpeakerOptions): Speaker & { close(): void } {
  const endpoint = openAiSpeech(options);
  const realtime = realtimeSpeech(options);
  const speaker = speakerOf(
    (request, model, signal) => (speaksOverRealtime(model) ? realtime.attempt : endpoint)(request, model, signal),
    options,
  );
  return { ...speaker, close: realtime.close };
}
