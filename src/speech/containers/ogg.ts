import { ascii, type ByteWindow } from '../media-bytes.ts';
import { cutOff, damaged, type Structure, whole } from './structure.ts';

/** A page has at most 27 + 255 + 255 × 255 bytes (RFC 3533 §6). */
const maxPageBytes = 65_307;

/** The pattern inside of audio data is rare: more false starts than this are not an Ogg file. */
const maxTries = 64;

/** Follows pages from one capture pattern; true when the last one ends exactly where the bytes end. */
function endsWhole(tail: DataView, start: number): boolean {
  let position = start;
  while (position + 27 <= tail.byteLength && ascii(tail, position, 4) === 'OggS') {
    const segments = tail.getUint8(position + 26);
    let next = position + 27 + segments;
    if (next > tail.byteLength) return false;
    for (let index = 0; index < segments; index++) next += tail.getUint8(position + 27 + index);
    position = next;
  }
  return position === tail.byteLength;
}

/** Looks at the last two pages' worth of bytes: a file that was cut ends within a page. */
export async function inspectOgg(window: ByteWindow): Promise<Structure> {
  const tailBytes = Math.min(window.size, 2 * maxPageBytes);
  const tail = await window.at(window.size - tailBytes, tailBytes);
  if (!tail) return damaged(cutOff);
  const text = ascii(tail, 0, tailBytes);
  let start = text.indexOf('OggS');
  for (let tries = 0; start >= 0 && tries < maxTries; tries++) {
    if (endsWhole(tail, start)) return whole;
    start = text.indexOf('OggS', start + 1);
  }
  return damaged(cutOff);
}
