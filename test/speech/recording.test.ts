import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportedFormats } from '../../src/speech/formats.ts';
import { inspectRecording } from '../../src/speech/recording.ts';
import {
  encode,
  type FixtureFormat,
  type Folder,
  speechLike,
  temporaryFolder,
  wav,
} from '../support/audio-fixtures.ts';

const limits = { formats: supportedFormats, maxDurationMs: 60 * 60_000 };
const lengthMs = 2500;
let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const inspect = async (bytes: Uint8Array) => inspectRecording(await folder.write(bytes), limits);

describe('what is measured', () => {
  it.each<[FixtureFormat, string, string]>([
    ['mp3', 'mp3', 'audio/mpeg'],
    ['webm', 'webm', 'audio/webm'],
    ['live-webm', 'webm', 'audio/webm'],
    ['mp4', 'm4a', 'audio/mp4'],
    ['faststart-mp4', 'm4a', 'audio/mp4'],
    ['fragmented-mp4', 'm4a', 'audio/mp4'],
    ['ogg', 'ogg', 'audio/ogg'],
    ['flac', 'flac', 'audio/flac'],
  ])('%s: format, type and duration', async (name, format, mimeType) => {
    const recording = await inspect(await encode(speechLike(lengthMs), name));
    expect(recording).toMatchObject({ format, mimeType, hasVideo: false });
    expect(Math.abs(recording.durationMs - lengthMs)).toBeLessThan(100);
  });

  it.each([
    ['an honest header', {}],
    ['sizes of a streaming recorder: 0xFFFFFFFF', { dataBytes: 0xffff_ffff, riffBytes: 0xffff_ffff }],
    ['sizes of a streaming recorder: 0', { dataBytes: 0, riffBytes: 0 }],
  ])('WAV with %s', async (_name, header) => {
    const recording = await inspect(wav(speechLike(lengthMs), header));
    expect(recording).toEqual({ format: 'wav', mimeType: 'audio/wav', durationMs: lengthMs, hasVideo: false });
  });

  it.each([
    ['live-webm', 'vp8', 'webm', 'video/webm'],
    ['mp4', 'avc', 'mp4', 'video/mp4'],
  ] as const)('%s video with sound', async (name, video, format, mimeType) => {
    const recording = await inspect(await encode(speechLike(lengthMs), name, { video }));
    expect(recording).toMatchObject({ format, mimeType, hasVideo: true });
    expect(Math.abs(recording.durationMs - lengthMs)).toBeLessThan(150);
  });

  it('accepts a recording of exactly the longest duration', async () => {
    const path = await folder.write(wav(speechLike(1000)));
    await expect(inspectRecording(path, { ...limits, maxDurationMs: 1000 })).resolves.toMatchObject({
      durationMs: 1000,
    });
    await expect(inspectRecording(path, { ...limits, maxDurationMs: 999 })).rejects.toMatchObject({
      code: 'recording_too_long',
    });
  });

  it('accepts sound-only MP4 where only mp4 is listed', async () => {
    const path = await folder.write(await encode(speechLike(500), 'mp4'));
    await expect(inspectRecording(path, { ...limits, formats: ['mp4'] })).resolves.toMatchObject({ format: 'm4a' });
  });

  it('rejects with the reason of an aborted signal', async () => {
    const path = await folder.write(wav(speechLike(500)));
    const reason = new Error('the client left');
    await expect(inspectRecording(path, { ...limits, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
