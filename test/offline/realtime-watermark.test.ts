import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWordListener, cutTextPieces, joinHeardWords } from '../../src/offline/spoken-words-watermark.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';
import { speechSamples } from './realtime-client.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
});
afterAll(() => upstream.close());

const hear = (samples: Int16Array) => joinHeardWords(createWordListener()(samples));

it.each([
  'Hi.',
  'In 2019 I led 12 people — and 3½ dogs.',
  'Ich war Donaudampfschifffahrtsgesellschaftskapitänsstellvertreter in Wien.',
  '¿Qué aprendió? Mucho.',
  '你好世界我们开始吧',
  '…',
])('the words are in the samples of: %s', async (text) => {
  expect(hear(await speechSamples(upstream, text))).toBe(text);
});

it('survives a WAV file, which has the words in its tag as well', async () => {
  const client = new OpenAI({ baseURL: upstream.url, apiKey: upstream.apiKey });
  const request = { model: 'tts-1', voice: 'ash', input: 'Samples are samples.', response_format: 'wav' } as const;
  const wav = await (await client.audio.speech.create(request)).arrayBuffer();
  // RIFF chunks begin at even offsets, so the samples are aligned from the start of the file.
  expect(hear(new Int16Array(wav.slice(0, wav.byteLength & ~1)))).toBe('Samples are samples.');
});

it('tells only what was really there: cut at a word, damaged in a word, or somebody else’s sound', async () => {
  const samples = await speechSamples(upstream, 'First second third.');
  const words = createWordListener()(samples);
  expect(words.map(({ text }) => text)).toEqual(['First', ' second', ' third.']);
  expect(words.map(({ begins }) => begins)).toEqual([true, false, false]);
  const [, second] = words.map(({ endSample }) => endSample);
  expect(hear(samples.subarray(0, second))).toBe('First second');
  expect(hear(samples.subarray(second))).toBe('third.');
  const damaged = samples.map((sample, index) => (index === Number(second) - 40 ? sample ^ 1 : sample));
  expect(hear(damaged)).toBe('First third.');
  expect(hear(samples.map((sample) => sample + 1))).toBeNull();
  expect(hear(Int16Array.from({ length: 240_000 }, () => Math.random() * 20_000))).toBeNull();
});

it('cuts any text into pieces that come together again', () => {
  const text = ` ${'x'.repeat(100)}  ${'🙂'.repeat(40)}\n\tend `;
  const pieces = cutTextPieces(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text.trim().replace(/\s+/g, ' '));
  for (const { text: piece } of pieces) expect(new TextEncoder().encode(piece).length).toBeLessThan(127);
});
