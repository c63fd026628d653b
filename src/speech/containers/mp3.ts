import { ascii, type ByteWindow } from '../media-bytes.ts';
import { type FrameHeader, readFrameHeader } from '../mp3-frame.ts';
import { skipId3 } from './signature.ts';
import { cutOff, damaged, type Structure } from './structure.ts';

/** ID3v1 (128 bytes) and APEv2 tags at the end are no audio. */
async function audioEnd(window: ByteWindow): Promise<number> {
  let end = window.size;
  const id3 = await window.at(end - 128, 3);
  if (id3 && ascii(id3, 0, 3) === 'TAG') end -= 128;
  const ape = await window.at(end - 32, 32);
  if (ape && ascii(ape, 0, 8) === 'APETAGEX')
    end -= ape.getUint32(12, true) + (ape.getUint32(20, true) >>> 31 ? 32 : 0);
  return end;
}

/** FrameHeader count of the Xing/Info tag, or null. */
async function claimedFrames(window: ByteWindow, position: number, frame: FrameHeader): Promise<number | null> {
  const tag = await window.at(position + frame.xingOffset, 12);
  if (!tag || !['Xing', 'Info'].includes(ascii(tag, 0, 4))) return null;
  return tag.getUint32(4) & 1 ? tag.getUint32(8) : 0;
}

/**
 * Walks every frame header: an MP3 has no other true length. Damaged when its Xing/Info tag counts clearly more frames
 * than there are, or when more than a twentieth of the bytes belongs to no frame.
 */
export async function inspectMp3(window: ByteWindow): Promise<Structure> {
  const start = await skipId3(window);
  const end = await audioEnd(window);
  let first: FrameHeader | null = null;
  let claimed: number | null = null;
  let frames = 0;
  let strayBytes = 0;
  const maxStrayBytes = (end - start) / 20;
  for (let position = start; position + 4 <= end; ) {
    const view = await window.at(position, 4);
    const frame = view && readFrameHeader(view.getUint32(0));
    if (!frame || (first && frame.kind !== first.kind)) {
      strayBytes += 1;
      if (strayBytes > maxStrayBytes) return damaged('parts of it are not audio');
      position += 1;
      continue;
    }
    if (!first) {
      first = frame;
      claimed = await claimedFrames(window, position, frame);
      if (claimed !== null) frames -= 1;
    }
    frames += 1;
    position += frame.bytes;
  }
  if (!first) return damaged('it holds no MP3 audio');
  const frameMs = (first.samples * 1000) / first.sampleRate;
  const short = claimed !== null && claimed > frames * 1.005 + 2;
  return {
    claimedMs: claimed === null ? null : claimed * frameMs,
    measuredMs: frames * frameMs,
    damage: short ? cutOff : null,
  };
}
