import { expect, it } from 'vitest';
import {
  chatParameters,
  speaksVoice,
  takesInstructions,
  transcriptionParameters,
} from '../../src/models/parameters.ts';

it.each([
  ['gpt-4o', { max_completion_tokens: 100, temperature: 0 }],
  ['gpt-4o-mini-2024-07-18', { max_completion_tokens: 100, temperature: 0 }],
  ['gpt-4.1-mini', { max_completion_tokens: 100, temperature: 0 }],
  ['gpt-6-luna', { max_completion_tokens: 4196 }],
  ['o4-mini', { max_completion_tokens: 4196 }],
  ['chatgpt-4o-latest', { max_completion_tokens: 100 }],
  ['accounts/fireworks/models/deepseek-v3p2', { max_tokens: 100 }],
  ['accounts/fireworks/models/gpt-oss-120b', { max_tokens: 4196 }],
  ['llama3.2', { max_tokens: 100 }],
])('chat parameters of %s', (model, expected) => {
  expect(chatParameters(model, 100, 0)).toEqual(expected);
});

it.each([
  ['whisper-1', { response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] }],
  ['gpt-4o-transcribe', { response_format: 'json', include: ['logprobs'] }],
  ['gpt-4o-mini-transcribe-2025-12-15', { response_format: 'json', include: ['logprobs'] }],
  ['gpt-4o-transcribe-diarize', { response_format: 'json' }],
  ['gpt-transcribe', { response_format: 'json' }],
  ['faster-whisper', { response_format: 'json' }],
])('transcription parameters of %s', (model, expected) => {
  expect(transcriptionParameters(model)).toEqual(expected);
});

it('knows what the older voices cannot do', () => {
  expect([takesInstructions('tts-1'), takesInstructions('tts-1-hd'), takesInstructions('gpt-4o-mini-tts')]).toEqual([
    false,
    false,
    true,
  ]);
  expect([
    speaksVoice('tts-1-hd', 'marin'),
    speaksVoice('tts-1-hd', 'nova'),
    speaksVoice('gpt-4o-mini-tts', 'marin'),
  ]).toEqual([false, true, true]);
});
