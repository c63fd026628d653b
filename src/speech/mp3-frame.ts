export interface FrameHeader {
  /** The whole frame, header included. */
  bytes: number;
  /** Sound in it, in samples per channel. */
  samples: number;
  sampleRate: number;
  /** Version, layer and sample rate bits: the same in every frame of one file. */
  kind: number;
  /** Where a Xing or Info tag starts in this frame. */
  xingOffset: number;
}

/** Every frame is shorter: 320 kbit/s at 32 kHz is the longest. */
export const maxFrameBytes = 1441;

const kbitsMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kbitsMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRates = [44100, 48000, 32000];

/**
 * Reads the four bytes of a layer III frame header (ISO 11172-3 §2.4.1.3, ISO 13818-3). Null when they are none, or
 * when the bit rate is free: such a frame does not tell its length.
 */
export function readFrameHeader(header: number): FrameHeader | null {
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
