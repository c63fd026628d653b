import { ascii, type ByteWindow } from '../media-bytes.ts';
import { skipId3 } from './signature.ts';
import { cutOff, damaged, type Structure } from './structure.ts';

interface Frame {
  bytes: number;
  samples: number;
  sampleRate: number;
  /** Version, layer and sample rate: the same in every frame of one file. */
  kind: number;
  /** Where a Xing or Info tag starts in this frame. */
  xingOffset: number;
}

const kbitsMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kbitsMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRates = [44100, 48000, 32000];

/** Reads a layer III frame header (ISO 11172-3 §2.4.1.3, ISO 13818-3); null when it is none. */
function readFrame(header: number): Frame | null {
  const version = (header >>> 19) & 3;
  const layer = (header >>> 17) & 3;
  if (header >>> 21 !== 0x7ff || version === 1 || layer !== 1) return null;
  const mpeg1 = version === 3;
  const kbits = (mpeg1 ? kbitsMpeg1 : kbitsMpeg2)[(header >>> 12) & 15];
  const baseRate = sampleRates[(header >>> 10) & 3];
  if (!kbits || !baseRate) return null;
  const sampleRate = baseRate >> (mpeg1 ? 0 : version === 2 ? 1 : 2);
  const samples = mpeg1 ? 1152 : 576;
  const mono = ((header >>> 6) & 3) === 3;
  return {
    bytes: Math.floor((samples / 8) * ((kbits * 1000) / sampleRate)) + ((header >>> 9) & 1),
    samples,
    sampleRate,
    kind: header & 0x1e0c00,
    xingOffset: 4 + (mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17),
  };
}

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

/** Frame count of the Xing/Info tag, or null. */
async function claimedFrames(window: ByteWindow, position: number, frame: Frame): Promise<number | null> {
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
  let first: Frame | null = null;
  let claimed: number | null = null;
  let frames = 0;
  let strayBytes = 0;
  const maxStrayBytes = (end - start) / 20;
  for (let position = start; position + 4 <= end; ) {
    const view = await window.at(position, 4);
    const frame = view && readFrame(view.getUint32(0));
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
