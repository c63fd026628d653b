/** What a model is asked to do. Each capability has its own list of models, base URL and key. */
export const capabilities = ['chat', 'evaluate', 'transcribe', 'speak'] as const;
export type Capability = (typeof capabilities)[number];

/** The briefs' own models first, then what replaces them once OpenAI turns those off. */
export const defaultModels: Record<Capability, string[]> = {
  chat: ['gpt-4o', 'gpt-4.1-mini', 'gpt-6-luna'],
  evaluate: ['gpt-4o', 'gpt-4.1-mini', 'gpt-6-luna'],
  transcribe: ['whisper-1', 'gpt-4o-transcribe', 'gpt-transcribe'],
  speak: ['tts-1-hd', 'gpt-4o-mini-tts', 'tts-1'],
};

/** The environment variable that lists a capability's models: `CHAT_MODELS` for `chat`. */
export function modelsVariable(capability: Capability): string {
  return `${capability.toUpperCase()}_MODELS`;
}
