import { expect, test } from 'vitest';
import { estimateCostUsd } from '../../src/interview/prices.ts';
import { defaultModels } from '../../src/models/preferences.ts';

const nothing = { inputTokens: 0, outputTokens: 0, audioMs: 0, characters: 0 };

test.each([
  ['gpt-4o', { ...nothing, inputTokens: 2_000_000, outputTokens: 100_000 }, 6],
  ['whisper-1', { ...nothing, audioMs: 90_000 }, 0.009],
  ['tts-1-hd', { ...nothing, characters: 1_000, audioMs: 60_000 }, 0.03],
  ['gpt-4o-mini-tts', { ...nothing, characters: 1_000, audioMs: 60_000 }, 0.015],
  ['gpt-4o-2024-11-20', { ...nothing, inputTokens: 1_000_000 }, 2.5],
])('%s is charged by what its vendor counts', (model, consumed, usd) => {
  expect(estimateCostUsd(model, consumed)).toBeCloseTo(usd, 9);
});

test.each(['llama3.3:70b', 'constructor', '', 'gpt-4o-audio'])('an unknown model (%s) has no price', (model) => {
  expect(estimateCostUsd(model, { ...nothing, inputTokens: 1 })).toBeNull();
});

test('every default model has a price', () => {
  for (const model of Object.values(defaultModels).flat())
    expect([model, estimateCostUsd(model, nothing)]).toEqual([model, 0]);
});
