import type { Pace, Reaction } from '../behaviour.ts';
import { guessLanguage } from '../language.ts';
import { findModel, type ServedModel } from '../models.ts';
import { offlineTranscriptNotice } from '../transcript-notice.ts';
import { WireError } from '../wire-error.ts';
import { pause } from '../wire-reply.ts';
import { splitDeltas } from './reply.ts';
import type { ServerEvent } from './server-events.ts';
import type { SessionConfig } from './session-config.ts';
import { transcriptionUsage } from './usage.ts';

export interface TranscriptionDeps {
  itemId: string;
  settings: NonNullable<SessionConfig['input']['transcription']>;
  models: ServedModel[];
  pace: Pace;
  emit(event: ServerEvent): void;
  react(signal: AbortSignal): Promise<Reaction>;
  /** The words are known; the client has yet to be told. */
  understood(words: string): void;
}

/**
 * Tells what was said in an item's audio: word by word, then whole. Returns the transcript, or null when it failed.
 * `alreadySent` are the words that went out as deltas while they were spoken.
 */
export async function transcribeItem(
  deps: TranscriptionDeps,
  audio: { words: string | null; durationMs: number; alreadySent: string },
  signal: AbortSignal,
): Promise<string | null> {
  const { itemId: item_id, settings, emit } = deps;
  const place = { item_id, content_index: 0 };
  try {
    findModel(deps.models, settings.model, 'listen', 'transcribe');
    const reaction = await deps.react(signal);
    if (reaction.fail)
      throw new WireError(500, reaction.fail.message, { type: 'server_error', code: reaction.fail.code });
    if (reaction.say?.content) deps.understood(reaction.say.content);
    await pause(deps.pace.transcribeMs, signal);
    const language = settings.language ?? settings.languages?.[0];
    const understood = reaction.say?.content ?? audio.words;
    const transcript = understood ?? offlineTranscriptNotice(language);
    const sent = transcript.startsWith(audio.alreadySent) ? audio.alreadySent.length : transcript.length;
    for (const delta of splitDeltas(transcript.slice(sent))) {
      await pause(deps.pace.tokenMs, signal);
      emit({ type: 'conversation.item.input_audio_transcription.delta', ...place, delta });
    }
    emit({
      type: 'conversation.item.input_audio_transcription.completed',
      ...place,
      transcript,
      ...(settings.model === 'gpt-transcribe' && {
        languages: understood ? [{ code: language ?? guessLanguage(understood) }] : [],
      }),
      usage: transcriptionUsage(settings.model, transcript, audio.durationMs),
    });
    return transcript;
  } catch (error) {
    if (signal.aborted) return null;
    const { type, code, message } =
      error instanceof WireError ? error.body.error : { type: 'server_error', code: null, message: 'It failed.' };
    emit({
      type: 'conversation.item.input_audio_transcription.failed',
      ...place,
      error: { type, message, ...(code && { code }) },
    });
    return null;
  }
}
