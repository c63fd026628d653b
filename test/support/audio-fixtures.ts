import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  FlacOutputFormat,
  type MetadataTags,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  Quality,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
} from 'mediabunny';
import { registerCodecs } from '../../src/speech/media.ts';

export const sampleRate = 48_000;

const samplesIn = (ms: number) => Math.round((ms / 1000) * sampleRate);

/** A hum with overtones that swells four times a second, as syllables do. */
export function speechLike(ms: number, gain = 0.4): Float32Array {
  return Float32Array.from({ length: samplesIn(ms) }, (_, index) => {
    const t = index / sampleRate;
    const voice = Math.sin(2 * Math.PI * 160 * t) + 0.5 * Math.sin(2 * Math.PI * 480 * t);
    return (voice / 1.5) * gain * (0.55 + 0.45 * Math.sin(2 * Math.PI * 4 * t - Math.PI / 2));
  });
}

export const silence = (ms: number): Float32Array => new Float32Array(samplesIn(ms));

/** White noise from a fixed seed; its RMS is `level` dBFS. */
export function noise(ms: number, level: number): Float32Array {
  const gain = 10 ** (level / 20) * Math.sqrt(3);
  let state = 1;
  return Float32Array.from({ length: samplesIn(ms) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * gain;
  });
}

export function joined(...parts: Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

export interface WavHeader {
  /** What the header says instead of the truth. */
  dataBytes?: number;
  riffBytes?: number;
}

/** 16-bit mono PCM in a 44-byte header. */
export function wav(samples: Float32Array, header: WavHeader = {}): Buffer {
  const dataBytes = samples.length * 2;
  const file = Buffer.alloc(44 + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(header.riffBytes ?? 36 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(header.dataBytes ?? dataBytes, 40);
  samples.forEach((value, index) => {
    file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32767), 44 + index * 2);
  });
  return file;
}

/** `live-webm` is what MediaRecorder writes: no duration, no index, segment of unknown size. */
const formats = {
  mp3: { make: () => new Mp3OutputFormat(), audio: 'mp3' },
  webm: { make: () => new WebMOutputFormat(), audio: 'opus' },
  'live-webm': { make: () => new WebMOutputFormat({ appendOnly: true }), audio: 'opus' },
  mp4: { make: () => new Mp4OutputFormat({ fastStart: false }), audio: 'aac' },
  'faststart-mp4': { make: () => new Mp4OutputFormat({ fastStart: 'in-memory' }), audio: 'aac' },
  'fragmented-mp4': { make: () => new Mp4OutputFormat({ fastStart: 'fragmented' }), audio: 'aac' },
  ogg: { make: () => new OggOutputFormat(), audio: 'opus' },
  flac: { make: () => new FlacOutputFormat(), audio: 'flac' },
} as const satisfies Record<string, { make: () => OutputFormat; audio: 'mp3' | 'opus' | 'aac' | 'flac' }>;

export type FixtureFormat = keyof typeof formats;

export interface EncodeOptions {
  tags?: MetadataTags;
  /** Adds pictures, ten a second. */
  video?: 'vp8' | 'avc';
  /** Leaves the sound away. */
  mute?: boolean;
}

/** Encodes samples the way recorders do. */
export async function encode(samples: Float32Array, name: FixtureFormat, options: EncodeOptions = {}): Promise<Buffer> {
  registerCodecs();
  const { make, audio } = formats[name];
  const target = new BufferTarget();
  const output = new Output({ format: make(), target });
  const sound = options.mute ? null : new AudioSampleSource({ codec: audio, quality: new Quality('medium') });
  const pictures = options.video
    ? new VideoSampleSource({
        codec: options.video,
        quality: new Quality('low'),
        hardwareAcceleration: 'prefer-software',
      })
    : null;
  if (pictures) output.addVideoTrack(pictures, { frameRate: 10 });
  if (sound) output.addAudioTrack(sound);
  if (options.tags) output.setMetadataTags(options.tags);
  await output.start();
  const step = sampleRate / 10;
  for (let from = 0; from < samples.length; from += step) {
    const timestamp = from / sampleRate;
    if (pictures) {
      const data = new Uint8Array(64 * 48 * 4).fill((from / step) % 256);
      const picture = new VideoSample(data, {
        format: 'RGBX',
        codedWidth: 64,
        codedHeight: 48,
        timestamp,
        duration: 0.1,
      });
      await pictures.add(picture);
      picture.close();
    }
    if (sound) {
      const data = samples.slice(from, from + step);
      const sample = new AudioSample({ data, format: 'f32', numberOfChannels: 1, sampleRate, timestamp });
      await sound.add(sample);
      sample.close();
    }
  }
  await output.finalize();
  if (!target.buffer) throw new Error('nothing was encoded');
  return Buffer.from(target.buffer);
}

export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file and returns its path. The name never tells the format. */
  write(bytes: Uint8Array): Promise<string>;
  read(path: string): Promise<Buffer>;
}

/** A folder for recordings that goes away with the test. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'viva-audio-'));
  let files = 0;
  return {
    path,
    async write(bytes) {
      files += 1;
      const file = join(path, `upload-${files}`);
      await writeFile(file, bytes);
      return file;
    },
    read: (file) => readFile(file),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
