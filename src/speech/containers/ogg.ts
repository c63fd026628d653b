import { ascii, type ByteWindow } from '../media-bytes.ts';
import { cutOff, damaged, type Structure, whole } from './structure.ts';

/** A page has at most 27 + 255 + 255 × 255 bytes (RFC 3533 §6). */
const maxPageBytes = 65_307;

/** The pattern inside of audio data is rare: more false starts than this are not an Ogg file. */
const maxTries = 64;

/** Follows pages from one capture pattern. Gives the last page's granule position, or null when it is cut. */
function lastGranule(tail: DataView, start: number): number | null {
  let position = start;
  let granule = 0n;
  while (position + 27 <= tail.byteLength && ascii(tail, position, 4) === 'OggS') {
    const segments = tail.getUint8(position + 26);
    let next = position + 27 + segments;
    if (next > tail.byteLength) return null;
    granule = tail.getBigInt64(position + 6, true);
    for (let index = 0; index < segments; index++) next += tail.getUint8(position + 27 + index);
    position = next;
  }
  return position === tail.byteLength ? Number(granule) : null;
}

/** Granules a second: 48000 for Opus (RFC 7845 §4), the sample rate for Vorbis. Null for other codecs. */
async function granuleRate(window: ByteWindow): Promise<number | null> {
  const head = await window.at(0, Math.min(64, window.size));
  if (!head || head.byteLength < 64) return null;
  const text = ascii(head, 0, 64);
  if (text.includes('OpusHead')) return 48_000;
  const vorbis = text.indexOf('\x01vorbis');
  return vorbis >= 0 && vorbis <= 48 ? head.getUint32(vorbis + 12, true) : null;
}

/** Looks at the last two pages' worth of bytes: a file that was cut ends within a page. */
export async function inspectOgg(window: ByteWindow): Promise<Structure> {
  const tailBytes = Math.min(window.size, 2 * maxPageBytes);
  const tail = await window.at(window.size - tailBytes, tailBytes);
  if (!tail) return damaged(cutOff);
  const text = ascii(tail, 0, tailBytes);
  let start = text.indexOf('OggS');
  for (let tries = 0; start >= 0 && tries < maxTries; tries++) {
    const granule = lastGranule(tail, start);
    if (granule !== null) {
      const rate = await granuleRate(window);
      return rate && granule > 0 ? { ...whole, claimedMs: (granule * 1000) / rate } : whole;
    }
    start = text.indexOf('OggS', start + 1);
  }
  return damaged(cutOff);
}
