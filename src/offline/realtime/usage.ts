import type { RateLimitsUpdatedEvent, RealtimeResponseUsage } from 'openai/resources/realtime/realtime';
import type { OfflineChatMessage } from '../chat-request.ts';

/** Heard audio counts a token per 100 ms, spoken audio one per 50 ms, text one per four characters. */
const msPerInputToken = 100;
const msPerOutputToken = 50;
const charactersPerToken = 4;
/** At an ordinary pace of speech. */
const spokenCharactersPerToken = 0.7;

const textTokens = (text: string) => Math.ceil(text.length / charactersPerToken);

export interface ResponseVolume {
  instructions: string;
  chat: OfflineChatMessage[];
  heardMs: number;
  text: string;
  spokenMs: number;
}

export function responseUsage(volume: ResponseVolume): RealtimeResponseUsage {
  const input = {
    text: textTokens(volume.instructions) + volume.chat.reduce((sum, { content }) => sum + textTokens(content), 0),
    audio: Math.ceil(volume.heardMs / msPerInputToken),
  };
  const output = { text: textTokens(volume.text), audio: Math.ceil(volume.spokenMs / msPerOutputToken) };
  return {
    total_tokens: input.text + input.audio + output.text + output.audio,
    input_tokens: input.text + input.audio,
    output_tokens: output.text + output.audio,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}

export function transcriptionUsage(model: string, transcript: string, audioMs: number) {
  if (model === 'whisper-1') return { type: 'duration' as const, seconds: Math.ceil(audioMs / 1000) };
  const audio = Math.ceil(audioMs / msPerInputToken);
  const written = textTokens(transcript);
  return {
    type: 'tokens' as const,
    input_tokens: audio,
    input_token_details: { audio_tokens: audio, text_tokens: 0 },
    output_tokens: written,
    total_tokens: audio + written,
  };
}

/** The text cut before the word that would pass the limit. */
export function limitText(text: string, maxTokens: number | 'inf', spoken: boolean): string {
  const limit =
    maxTokens === 'inf' ? text.length : maxTokens * (spoken ? spokenCharactersPerToken : charactersPerToken);
  if (text.length <= limit) return text;
  return text.slice(0, Math.floor(limit)).replace(/\s*\S*$/u, '');
}

/** The stand-in limits nobody: what it says is always nearly all. */
export const rateLimits: RateLimitsUpdatedEvent.RateLimit[] = [
  { name: 'requests', limit: 1000, remaining: 999, reset_seconds: 0.06 },
  { name: 'tokens', limit: 50_000, remaining: 49_950, reset_seconds: 0.06 },
];
