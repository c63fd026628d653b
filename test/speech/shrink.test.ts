import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { FilePathSource, Input, WEBM } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectRecording } from '../../src/speech/recording.ts';
import { shrinkForTranscription } from '../../src/speech/shrink.ts';
import { speechBitrate } from '../../src/speech/speech-grade.ts';
import { findSpeech } from '../../src/speech/voice-activity.ts';
import { encode, type Folder, joined, silence, speechLike, temporaryFolder, wav } from '../support/audio-fixtures.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const samples = joined(silence(1000), speechLike(1500), silence(1000));

describe('shrinking for transcription', () => {
  it('keeps the sound of a WAV at a tenth of its size', async () => {
    const bytes = wav(samples);
    await using shrunk = await shrinkForTranscription(await folder.write(bytes), { folder: folder.path });
    expect(shrunk).toMatchObject({ fileName: 'recording.webm', mimeType: 'audio/webm' });
    expect(shrunk.bytes).toBeLessThan(bytes.length / 10);
    const recording = await inspectRecording(shrunk.path, { formats: ['webm'], maxDurationMs: 10_000 });
    expect(Math.abs(recording.durationMs - 3500)).toBeLessThan(100);
    const [speech, ...others] = await findSpeech(shrunk.path);
    expect(others).toEqual([]);
    expect(Math.abs((speech?.startMs ?? 0) - 1000)).toBeLessThan(120);
  });

  it.each([
    ['live-webm', 'vp8'],
    ['mp4', 'avc'],
  ] as const)('takes the sound and the tags out of a %s video', async (name, video) => {
    const tags = { title: 'Question 3', comment: 'I led the migration – ça va, 你好.' };
    const path = await folder.write(await encode(samples, name, { video, tags }));
    await using shrunk = await shrinkForTranscription(path, { folder: folder.path });
    using input = new Input({ source: new FilePathSource(shrunk.path), formats: [WEBM] });
    await expect(input.getMetadataTags()).resolves.toMatchObject(tags);
    await expect(input.getVideoTracks()).resolves.toEqual([]);
    const track = await input.getPrimaryAudioTrack();
    await expect(track?.getNumberOfChannels()).resolves.toBe(1);
  });

  it('removes its file when disposed, twice if need be', async () => {
    const shrunk = await shrinkForTranscription(await folder.write(wav(samples)), { folder: folder.path });
    await shrunk.dispose();
    await shrunk.dispose();
    expect(existsSync(shrunk.path)).toBe(false);
  });

  it('leaves nothing behind when it fails or is aborted', async () => {
    const path = await folder.write(wav(joined(...Array.from({ length: 20 }, () => samples))));
    const damaged = await folder.write(wav(samples).subarray(0, 30));
    await expect(shrinkForTranscription(damaged, { folder: folder.path })).rejects.toMatchObject({
      code: 'recording_damaged',
    });
    const aborting = new AbortController();
    const shrinking = shrinkForTranscription(path, { folder: folder.path, signal: aborting.signal });
    const reason = new Error('stop');
    setTimeout(() => aborting.abort(reason), 20);
    await expect(shrinking).rejects.toBe(reason);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('speech-'))).toEqual([]);
  });

  it('stays below 25 MiB for an hour and for four', () => {
    for (const hours of [0.01, 1, 4]) {
      const seconds = hours * 3600;
      expect((speechBitrate(seconds * 1000) * seconds) / 8).toBeLessThan(25 * 1024 * 1024);
    }
    expect(speechBitrate(3_600_000)).toBe(32_000);
  });
});
