import type { TranscriptionCreateParamsNonStreaming } from 'openai/resources/audio/transcriptions';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { Voice } from '../speech/voices.ts';

/**
 * What each family of models accepts; the first matching row counts. A field that a model does not know is
 * refused with a 400, so an unlisted model is sent only what every server takes.
 */
interface ChatFamily {
  names: RegExp;
  temperature: boolean;
  /** Added to the limit for models whose hidden reasoning counts towards it. */
  reasoningTokens: number;
  limit: 'max_completion_tokens' | 'max_tokens';
}

const chatFamilies: ChatFamily[] = [
  {
    names: /^gpt-4(o|\.1)(-mini|-nano)?(-\d{4}-\d{2}-\d{2})?$/,
    temperature: true,
    reasoningTokens: 0,
    limit: 'max_completion_tokens',
  },
  { names: /^(gpt-[5-9]|o\d)/, temperature: false, reasoningTokens: 4096, limit: 'max_completion_tokens' },
  { names: /gpt-oss/, temperature: false, reasoningTokens: 4096, limit: 'max_tokens' },
  { names: /^(chat)?gpt-/, temperature: false, reasoningTokens: 0, limit: 'max_completion_tokens' },
  // Fireworks, Ollama and older llama.cpp document max_tokens alone; Fireworks would stop at its default without it.
  { names: /(?:)/, temperature: false, reasoningTokens: 0, limit: 'max_tokens' },
];

type ChatParameters = Pick<
  ChatCompletionCreateParamsNonStreaming,
  'temperature' | 'max_tokens' | 'max_completion_tokens'
>;

export function chatParameters(model: string, maxTokens: number, temperature: number): ChatParameters {
  const family = chatFamilies.find(({ names }) => names.test(model));
  const limit = maxTokens + (family?.reasoningTokens ?? 0);
  return { [family?.limit ?? 'max_tokens']: limit, ...(family?.temperature && { temperature }) };
}

type TranscriptionParameters = Pick<
  TranscriptionCreateParamsNonStreaming,
  'response_format' | 'timestamp_granularities' | 'include'
>;

/** Only whisper-1 times words; only gpt-4o*-transcribe, but not its diarizing variant, gives token log-probabilities. */
export function transcriptionParameters(model: string): TranscriptionParameters {
  if (model === 'whisper-1') {
    return { response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] };
  }
  if (/^gpt-4o(-mini)?-transcribe(?!-diarize)/.test(model)) return { response_format: 'json', include: ['logprobs'] };
  return { response_format: 'json' };
}

/** whisper-1 ignores `stream`; what other servers make of it is not known. */
export function streamsTranscripts(model: string): boolean {
  return /^gpt-(4o(-mini)?-)?transcribe/.test(model);
}

/** `tts-1` and `tts-1-hd` refuse `instructions`. */
export function takesInstructions(model: string): boolean {
  return !/^tts-1/.test(model);
}

/** `tts-1*` speak nine voices: https://developers.openai.com/api/docs/guides/text-to-speech#voice-options */
export function speaksVoice(model: string, voice: Voice): boolean {
  return !/^tts-1/.test(model) || !['ballad', 'verse', 'marin', 'cedar'].includes(voice);
}

/** Such a model speaks in Realtime sessions; `POST /audio/speech` refuses it. */
export function speaksOverRealtime(model: string): boolean {
  return /realtime/.test(model);
}
