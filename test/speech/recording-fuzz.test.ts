import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { supportedFormats } from '../../src/speech/formats.ts';
import { hasSpeech, inspectRecording } from '../../src/speech/recording.ts';
import { encode, type Folder, speechLike, temporaryFolder, wav } from '../support/audio-fixtures.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const mutationsPerFormat = 60;

/** Some mutations do send a demuxer in circles: then this ends its process, and the next file is judged as if nothing happened. */
const patienceMs = 1500;

/** The same pseudo-random numbers in every run, so that a failure can be repeated. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Changes one to four bytes of the header, or of the index at the end. */
function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const region = Math.min(copy.length, 700);
  const base = random(3) === 0 ? copy.length - region : 0;
  for (let changes = 1 + random(4); changes > 0; changes--) {
    copy[base + random(region)] = [0, 0xff, 0x7f, random(256)][random(4)] ?? 0;
  }
  return copy;
}

describe('hostile headers', () => {
  it.each(['wav', 'mp3', 'webm', 'live-webm', 'mp4', 'fragmented-mp4', 'ogg', 'flac'] as const)(
    `${mutationsPerFormat} mutations of a valid %s are accepted or refused, never a crash or a hang`,
    async (name) => {
      const samples = speechLike(800);
      const valid = name === 'wav' ? wav(samples) : await encode(samples, name);
      const random = createRandom(valid.length);
      for (let round = 0; round < mutationsPerFormat; round++) {
        const path = await folder.write(mutate(valid, random));
        const signal = AbortSignal.timeout(patienceMs);
        try {
          const recording = await inspectRecording(path, {
            formats: supportedFormats,
            maxDurationMs: 3_600_000,
            signal,
          });
          expect(recording.durationMs).toBeGreaterThan(0);
          await hasSpeech(path, { signal });
        } catch (error) {
          if (error === signal.reason) continue;
          if (!(error instanceof DomainError)) throw error;
          expect(error.code).toMatch(/^(unsupported_media|recording_damaged|recording_too_long|no_speech)$/);
        }
      }
      await expect(hasSpeech(await folder.write(valid))).resolves.toBe(true);
    },
    60_000,
  );
});
