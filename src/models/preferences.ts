/** What a model is asked to do. Each capability has its own list of models, base URL and key. */
export const capabilities = ['chat', 'evaluate', 'transcribe', 'speak', 'realtime', 'listen'] as const;
export type Capability = (typeof capabilities)[number];

/** The briefs' own models first, then what replaces them once OpenAI turns those off. `listen` transcribes live. */
export const defaultModels: Record<Capability, string[]> = {
  chat: ['gpt-4o', 'gpt-4.1-mini', 'gpt-6-luna'],
  evaluate: ['gpt-4o', 'gpt-4.1-mini', 'gpt-6-luna'],
  transcribe: ['whisper-1', 'gpt-4o-transcribe', 'gpt-transcribe'],
  speak: ['tts-1-hd', 'gpt-4o-mini-tts', 'tts-1', 'gpt-realtime-2.1-mini'],
  realtime: ['gpt-realtime', 'gpt-realtime-mini', 'gpt-realtime-2.1', 'gpt-realtime-2.1-mini'],
  listen: ['gpt-live-transcribe', 'gpt-4o-transcribe', 'whisper-1'],
};

/** One of something for each capability. */
export function byCapability<T>(make: (capability: Capability) => T): Record<Capability, T> {
  const entries = capabilities.map((capability) => [capability, make(capability)] as const);
  // Object.fromEntries forgets which keys there are.
  return Object.fromEntries(entries) as Record<Capability, T>;
}

/** The environment variable that lists a capability's models: `CHAT_MODELS` for `chat`. */
export function modelsVariable(capability: Capability): string {
  return `${capability.toUpperCase()}_MODELS`;
}
