import { BufferSource, BufferTarget, Conversion, Input, MP3, Mp3OutputFormat, Output } from 'mediabunny';
import { readFrameHeader } from '../../src/speech/mp3-frame.ts';
import { encode, speechLike } from '../support/audio-fixtures.ts';

/** A file as encoders write it: ID3v2 tag, Xing frame, frames. */
export const mp3 = (ms: number, comment = 'words that were spoken') =>
  encode(speechLike(ms), 'mp3', { tags: { title: 'a piece', comment } });

/** The same sound at another sample rate, 24 kHz unless told, without a Xing frame. */
export async function resampled(bytes: Uint8Array, sampleRate = 24_000): Promise<Buffer> {
  using input = new Input({ source: new BufferSource(bytes), formats: [MP3] });
  const target = new BufferTarget();
  const output = new Output({ format: new Mp3OutputFormat({ xingHeader: false }), target });
  const conversion = await Conversion.init({ input, output, audio: { sampleRate, bitrate: 64_000 } });
  await conversion.execute();
  if (!target.buffer) throw new Error('nothing was written');
  return Buffer.from(target.buffer);
}

export interface Walk {
  /** Where each frame begins. */
  starts: number[];
  durationMs: number;
}

/** Steps from header to header. Throws unless the bytes are whole frames and nothing else. */
export function walk(bytes: Buffer): Walk {
  const starts: number[] = [];
  let durationMs = 0;
  let at = 0;
  while (at < bytes.length) {
    const header = readFrameHeader(bytes.readUInt32BE(at));
    if (!header) throw new Error(`no frame at ${at}`);
    starts.push(at);
    durationMs += (header.samples * 1000) / header.sampleRate;
    at += header.bytes;
  }
  if (at !== bytes.length) throw new Error('the last frame is cut off');
  return { starts, durationMs };
}

export async function* chunked(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
