import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSpeech } from '../../src/speech/recording.ts';
import { findSpeech } from '../../src/speech/voice-activity.ts';
import {
  encode,
  type Folder,
  joined,
  noise,
  silence,
  speechLike,
  temporaryFolder,
  wav,
} from '../support/audio-fixtures.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('whether anything is said', () => {
  const click = joined(silence(1000), speechLike(60), silence(1000));
  it.each([
    ['digital silence', silence(2000), false],
    ['the noise of a muted microphone at -62 dBFS', noise(2000, -62), false],
    ['steady noise at -50 dBFS', noise(2000, -50), false],
    ['a click', click, false],
    ['speech', speechLike(1000), true],
    ['a soft voice over a silent room', joined(noise(1500, -75), speechLike(800, 0.03), noise(500, -75)), true],
    ['a word after ten seconds of silence', joined(silence(10_000), speechLike(600)), true],
  ])('%s', async (_name, samples, expected) => {
    await expect(hasSpeech(await folder.write(wav(samples)))).resolves.toBe(expected);
  });

  it.each(['mp3', 'live-webm', 'mp4', 'ogg', 'flac'] as const)('tells silence from speech in %s', async (name) => {
    await expect(hasSpeech(await folder.write(await encode(silence(1000), name)))).resolves.toBe(false);
    await expect(hasSpeech(await folder.write(await encode(speechLike(1000), name)))).resolves.toBe(true);
  });

  it('finds the audio of a WAV whose recorder did not know its size', async () => {
    const bytes = wav(speechLike(1000), { dataBytes: 0, riffBytes: 0 });
    await expect(hasSpeech(await folder.write(bytes))).resolves.toBe(true);
  });
});

describe('where it is said', () => {
  const samples = joined(noise(1000, -65), speechLike(1500), noise(1000, -65), speechLike(1000), noise(500, -65));
  const expected = [
    { startMs: 1000, endMs: 2500 },
    { startMs: 3500, endMs: 4500 },
  ];

  it.each(['wav', 'mp3', 'live-webm', 'mp4'] as const)('two stretches of speech in %s', async (name) => {
    const path = await folder.write(name === 'wav' ? wav(samples) : await encode(samples, name));
    const segments = await findSpeech(path);
    expect(segments).toHaveLength(2);
    segments.forEach(({ startMs, endMs }, index) => {
      expect(Math.abs(startMs - (expected[index]?.startMs ?? 0))).toBeLessThan(120);
      expect(Math.abs(endMs - (expected[index]?.endMs ?? 0))).toBeLessThan(120);
    });
  });

  it('nowhere in silence', async () => {
    await expect(findSpeech(await folder.write(wav(silence(1000))))).resolves.toEqual([]);
  });

  it('refuses what cannot be decoded, and goes on', async () => {
    await expect(findSpeech(await folder.write(wav(samples).subarray(0, 20)))).rejects.toMatchObject({
      code: 'recording_damaged',
    });
    await expect(findSpeech(await folder.write(wav(samples)))).resolves.toHaveLength(2);
  });
});
