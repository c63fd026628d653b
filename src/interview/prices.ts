/** USD. What a model is not charged by is left out. */
export interface Price {
  /** Per million tokens. */
  inputTokens?: number;
  /** Per million tokens. */
  outputTokens?: number;
  /** Per minute of audio, heard or spoken. */
  audioMinute?: number;
  /** Per million characters spoken. */
  characters?: number;
}

/**
 * List prices of November 2026 by model name: edit them here. They make estimates, not bills: discounts for cached
 * input, surcharges by region and taxes are left out, and what is billed by audio tokens stands with the vendor's own
 * estimate per minute. Estimates, to be checked and edited; after https://developers.openai.com/api/docs/pricing, https://docs.fireworks.ai/serverless/pricing
 */
const prices = new Map<string, Price>([
  ['gpt-4o', { inputTokens: 2.5, outputTokens: 10 }],
  ['gpt-4o-mini', { inputTokens: 0.15, outputTokens: 0.6 }],
  ['gpt-4.1', { inputTokens: 2, outputTokens: 8 }],
  ['gpt-4.1-mini', { inputTokens: 0.4, outputTokens: 1.6 }],
  ['gpt-6-luna', { inputTokens: 0.1, outputTokens: 0.5 }],
  ['accounts/fireworks/models/deepseek-v3p2', { inputTokens: 0.56, outputTokens: 1.68 }],
  ['accounts/fireworks/models/gpt-oss-120b', { inputTokens: 0.15, outputTokens: 0.6 }],
  ['whisper-1', { audioMinute: 0.006 }],
  ['gpt-4o-transcribe', { audioMinute: 0.006 }],
  ['gpt-4o-mini-transcribe', { audioMinute: 0.003 }],
  ['gpt-transcribe', { audioMinute: 0.0045 }],
  ['gpt-live-transcribe', { audioMinute: 0.006 }],
  // As if every token were sound: words cost an eighth of that.
  ['gpt-realtime', { inputTokens: 32, outputTokens: 64 }],
  ['gpt-realtime-mini', { inputTokens: 10, outputTokens: 20 }],
  ['gpt-realtime-2.1', { inputTokens: 32, outputTokens: 64 }],
  ['gpt-realtime-2.1-mini', { inputTokens: 10, outputTokens: 20 }],
  ['tts-1', { characters: 15 }],
  ['tts-1-hd', { characters: 30 }],
  ['gpt-4o-mini-tts', { audioMinute: 0.015 }],
]);

export interface Consumption {
  inputTokens: number;
  outputTokens: number;
  audioMs: number;
  characters: number;
}

/** Estimated USD; null for a model without a price here. A dated snapshot (`gpt-4o-2024-11-20`) costs what its model does. */
export function estimateCostUsd(model: string, consumed: Consumption): number | null {
  const price = prices.get(model) ?? prices.get(model.replace(/-\d{4}-\d{2}-\d{2}$/, ''));
  if (!price) return null;
  const { inputTokens = 0, outputTokens = 0, audioMinute = 0, characters = 0 } = price;
  const perMillion =
    consumed.inputTokens * inputTokens + consumed.outputTokens * outputTokens + consumed.characters * characters;
  return perMillion / 1_000_000 + (consumed.audioMs / 60_000) * audioMinute;
}
