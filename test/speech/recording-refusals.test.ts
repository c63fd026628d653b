import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordingFormat, supportedFormats } from '../../src/speech/formats.ts';
import { inspectRecording } from '../../src/speech/recording.ts';
import {
  encode,
  type FixtureFormat,
  type Folder,
  speechLike,
  temporaryFolder,
  wav,
} from '../support/audio-fixtures.ts';

let folder: Folder;
const valid = new Map<FixtureFormat | 'wav', Buffer>();
const names = ['mp3', 'webm', 'live-webm', 'mp4', 'faststart-mp4', 'ogg', 'flac'] as const;
beforeAll(async () => {
  folder = await temporaryFolder();
  valid.set('wav', wav(speechLike(2500)));
  for (const name of names) valid.set(name, await encode(speechLike(2500), name));
});
afterAll(() => folder[Symbol.asyncDispose]());

function fixture(name: FixtureFormat | 'wav'): Buffer {
  const bytes = valid.get(name);
  if (!bytes) throw new Error(`no fixture ${name}`);
  return Buffer.from(bytes);
}

const inspect = async (bytes: Uint8Array, formats: readonly RecordingFormat[] = supportedFormats) =>
  inspectRecording(await folder.write(bytes), { formats, maxDurationMs: 60 * 60_000 });

const dayMs = 24 * 60 * 60_000;

describe('what is no recording', () => {
  it.each([
    ['text', 'Tell me about yourself. '.repeat(300)],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['PDF', '%PDF-1.7\n1 0 obj\n<<>>\nendobj'],
    ['UTF-16 text', Buffer.from('\ufeffhello there', 'utf16le')],
    ['AVI', Buffer.concat([Buffer.from('RIFF\x10\0\0\0AVI LIST', 'latin1'), Buffer.alloc(64)])],
    ['QuickTime', Buffer.concat([Buffer.from('\0\0\0\x14ftypqt  ', 'latin1'), Buffer.alloc(64)])],
    ['one byte', 'x'],
  ])('%s', async (_name, content) => {
    const refused = inspect(Buffer.from(content));
    await expect(refused).rejects.toMatchObject({ code: 'unsupported_media' });
    await expect(refused).rejects.toThrow(/Send one of: mp3, wav/);
  });

  it('an empty file', async () => {
    await expect(inspect(Buffer.alloc(0))).rejects.toMatchObject({ code: 'no_speech' });
  });

  it('a WAV without a sample', async () => {
    await expect(inspect(wav(new Float32Array(0)))).rejects.toMatchObject({ code: 'no_speech' });
  });

  it('a format that is not accepted here, named', async () => {
    await expect(inspect(fixture('ogg'), ['mp3', 'wav'])).rejects.toThrow(/OGG.*Send one of: mp3, wav/);
  });

  it('MP4 video where only sound is accepted', async () => {
    const video = await encode(speechLike(500), 'mp4', { video: 'avc' });
    await expect(inspect(video, ['m4a'])).rejects.toMatchObject({ code: 'unsupported_media' });
  });

  it.each([
    ['webm', 'vp8'],
    ['mp4', 'avc'],
  ] as const)('%s video without sound', async (name, video) => {
    const refused = inspect(await encode(speechLike(500), name, { video, mute: true }));
    await expect(refused).rejects.toMatchObject({ code: 'unsupported_media' });
    await expect(refused).rejects.toThrow(/no sound/);
  });
});

describe('claims of 24 hours', () => {
  it('WAV', async () => {
    const bytes = fixture('wav');
    bytes.writeUInt32LE(8000, 24);
    bytes.writeUInt16LE(1, 32);
    bytes.writeUInt16LE(8, 34);
    bytes.writeUInt32LE((dayMs / 1000) * 8000, 40);
    await expect(inspect(bytes)).rejects.toMatchObject({ code: 'recording_too_long' });
  });

  it('MP3', async () => {
    const bytes = fixture('mp3');
    const tag = Math.max(bytes.indexOf('Xing'), bytes.indexOf('Info'));
    bytes.writeUInt32BE(Math.round(dayMs / 36), tag + 8);
    await expect(inspect(bytes)).rejects.toMatchObject({ code: 'recording_too_long' });
  });

  it('WebM', async () => {
    const bytes = fixture('webm');
    const duration = bytes.indexOf(Buffer.from([0x44, 0x89, 0x88]));
    bytes.writeDoubleBE(dayMs, duration + 3);
    await expect(inspect(bytes)).rejects.toMatchObject({ code: 'recording_too_long' });
  });

  it('Ogg', async () => {
    const bytes = fixture('ogg');
    bytes.writeBigUInt64LE(BigInt(dayMs * 48), bytes.lastIndexOf('OggS') + 6);
    await expect(inspect(bytes)).rejects.toMatchObject({ code: 'recording_too_long' });
  });
});

describe('damage', () => {
  const cuts = (['wav', ...names] as const).flatMap((name) =>
    // The frame count of an MP3 may rightly be off by one, so its last hundredth can go unnoticed.
    (name === 'mp3' ? [0.1, 0.5, 0.9] : [0.1, 0.5, 0.9, 0.99]).map((share) => [name, share] as const),
  );
  it.each(cuts)('%s cut at %d', async (name, share) => {
    const bytes = fixture(name);
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    await expect(inspect(cut)).rejects.toMatchObject({ code: 'recording_damaged' });
  });

  it.each(['wav', ...names] as const)('%s cut within its first 40 bytes', async (name) => {
    for (const length of [4, 8, 12, 20, 39]) {
      await expect(inspect(fixture(name).subarray(0, length))).rejects.toMatchObject({
        code: expect.stringMatching(/recording_damaged|unsupported_media/),
      });
    }
  });

  it('MP3 whose header is followed by garbage', async () => {
    const bytes = fixture('mp3');
    const garbage = Buffer.concat([bytes.subarray(0, 600), Buffer.alloc(bytes.length - 600, 'viva')]);
    await expect(inspect(garbage)).rejects.toMatchObject({ code: 'recording_damaged' });
  });

  it('MP4 without its index', async () => {
    const bytes = fixture('mp4');
    await expect(inspect(bytes.subarray(0, bytes.lastIndexOf('moov') - 4))).rejects.toMatchObject({
      code: 'recording_damaged',
    });
  });

  it('MP4 whose index points past the end', async () => {
    const bytes = fixture('faststart-mp4');
    const media = bytes.lastIndexOf('mdat') - 4;
    const cut = bytes.subarray(0, media + Math.floor((bytes.length - media) / 2));
    cut.writeUInt32BE(0, media);
    await expect(inspect(cut)).rejects.toMatchObject({ code: 'recording_damaged' });
  });
});
