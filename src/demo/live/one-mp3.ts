import { readFrameHeader } from '../../speech/mp3-frame.ts';

/**
 * How long an MP3 lasts, in milliseconds, frame by frame. Throws, saying where, unless it is one file from beginning to
 * end: every frame follows directly on the one before and is of the same kind. Files set one behind another are not:
 * they have tags in the middle, at which players stop or stumble.
 */
export function measureMp3(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let kind: number | null = null;
  let durationMs = 0;
  for (let at = tagLength(bytes); at < bytes.length; ) {
    const frame = at + 4 <= bytes.length ? readFrameHeader(view.getUint32(at)) : null;
    if (!frame || (kind !== null && frame.kind !== kind)) throw new Error(`A reply is no MP3 from byte ${at} on.`);
    if (at + frame.bytes > bytes.length) throw new Error('A reply ends in the middle of a frame.');
    if (kind !== null && isInfoTag(bytes, at + frame.xingOffset)) {
      throw new Error(`Another MP3 begins in a reply at byte ${at}.`);
    }
    kind = frame.kind;
    durationMs += (frame.samples * 1000) / frame.sampleRate;
    at += frame.bytes;
  }
  if (kind === null) throw new Error('A reply holds no sound.');
  return durationMs;
}

const ascii = (bytes: Uint8Array, start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));

/** Of an ID3v2 tag before the first frame: ten bytes and a length of four times seven bits (id3.org). */
function tagLength(bytes: Uint8Array): number {
  if (ascii(bytes, 0, 3) !== 'ID3') return 0;
  return 10 + bytes.subarray(6, 10).reduce((length, byte) => length * 128 + byte, 0);
}

/** Says how many frames one file has. */
const isInfoTag = (bytes: Uint8Array, at: number) => ['Xing', 'Info'].includes(ascii(bytes, at, at + 4));
