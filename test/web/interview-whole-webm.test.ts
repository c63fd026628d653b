import { expect, it } from 'vitest';
import { inspectRecording } from '../../src/speech/recording.ts';
import { wholeWebm } from '../../src/web/recording/whole-webm.ts';
import { encode, speechLike, temporaryFolder } from '../support/audio-fixtures.ts';

const limits = { formats: ['webm' as const], maxDurationMs: 900_000 };

it('makes a recording that was cut anywhere whole again', async () => {
  await using folder = await temporaryFolder();
  const file = new Uint8Array(await encode(speechLike(3_000), 'live-webm'));
  for (const share of [0.5, 0.73, 0.91]) {
    const cut = file.slice(0, Math.round(file.length * share) + 3);
    const mended = wholeWebm(cut);
    expect(cut.length - mended.length).toBeLessThan(2_000);
    const { durationMs } = await inspectRecording(await folder.write(mended), limits);
    expect(durationMs).toBeGreaterThan(3_000 * (share - 0.15));
    expect(durationMs).toBeLessThan(3_000 * (share + 0.15));
  }
});

it('leaves a whole file as it is', async () => {
  const file = new Uint8Array(await encode(speechLike(500), 'live-webm'));
  expect(wholeWebm(file)).toEqual(file);
});

it('makes a cluster that was to be longer one of unknown length', () => {
  const segment = [0x18, 0x53, 0x80, 0x67, 0xff];
  const timestamp = [0xe7, 0x81, 0x00];
  const cutBlock = [0xa3, 0x85, 0x81, 0x00];
  const cluster = (size: number) => [0x1f, 0x43, 0xb6, 0x75, size];
  const mended = wholeWebm(new Uint8Array([...segment, ...cluster(0x8a), ...timestamp, ...cutBlock]));
  expect([...mended]).toEqual([...segment, ...cluster(0xff), ...timestamp]);
});

it('makes nothing of what is nothing', () => {
  expect(wholeWebm(new Uint8Array())).toHaveLength(0);
  expect(wholeWebm(new Uint8Array([0, 0, 0]))).toHaveLength(0);
});
