import { ascii, type ByteWindow, type MediaBytes } from '../media-bytes.ts';
import { brokenHeader, cutOff, damaged, type Structure } from './structure.ts';

interface WavHeader {
  dataStart: number;
  dataBytes: number;
  claimedBytes: number;
  /** The writer did not know the size: a recorder that streamed. */
  streamed: boolean;
  bytesPerMs: number;
  blockBytes: number;
}

/** Recorders that stream write 0, 0x7FFFF000, 0x7FFFFFFF or 0xFFFFFFFF where they do not know the size yet. */
const unknownSize = 0x7fff_f000;

async function readHeader(window: ByteWindow): Promise<WavHeader | null> {
  const riff = await window.at(0, 12);
  if (!riff) return null;
  const littleEndian = ascii(riff, 0, 4) !== 'RIFX';
  const riffBytes = riff.getUint32(4, littleEndian);
  let format: { bytesPerMs: number; blockBytes: number } | null = null;
  for (let position = 12; ; ) {
    const chunk = await window.at(position, 8);
    if (!chunk) return null;
    const id = ascii(chunk, 0, 4);
    const size = chunk.getUint32(4, littleEndian);
    position += 8;
    if (id === 'fmt ') {
      const fmt = await window.at(position, 16);
      if (!fmt || size < 16) return null;
      const channels = fmt.getUint16(2, littleEndian);
      const blockBytes = fmt.getUint16(12, littleEndian);
      const sampleRate = fmt.getUint32(4, littleEndian);
      const isPcm = blockBytes === channels * Math.ceil(fmt.getUint16(14, littleEndian) / 8);
      if (!isPcm || blockBytes === 0 || sampleRate === 0) return null;
      format = { bytesPerMs: (sampleRate * blockBytes) / 1000, blockBytes };
    }
    if (id === 'data') {
      if (!format) return null;
      const streamed = size >= unknownSize || (size === 0 && (riffBytes <= position || riffBytes >= unknownSize));
      const there = window.size - position;
      const dataBytes = streamed ? there : Math.min(size, there);
      return { dataStart: position, dataBytes, claimedBytes: streamed ? there : size, streamed, ...format };
    }
    position += size + (size & 1);
  }
}

/** Compares the size in the `data` chunk with the bytes that are there. A streamed file is measured by its bytes. */
export async function inspectWav(window: ByteWindow): Promise<Structure> {
  const header = await readHeader(window);
  if (!header) return damaged(brokenHeader);
  const missing = header.claimedBytes - header.dataBytes;
  return {
    claimedMs: header.claimedBytes / header.bytesPerMs,
    measuredMs: header.dataBytes / header.bytesPerMs,
    damage: missing >= header.blockBytes ? cutOff : null,
  };
}

/** Shows a streamed WAV with its sizes set to "until the end", so that any reader finds its audio. */
export async function withWavSizes(bytes: MediaBytes, window: ByteWindow): Promise<MediaBytes> {
  const header = await readHeader(window);
  if (!header?.streamed) return bytes;
  const sizeFields = [4, header.dataStart - 4];
  return {
    size: bytes.size,
    close: () => bytes.close(),
    async read(start, end) {
      const part = await bytes.read(start, end);
      for (const field of sizeFields) {
        for (let offset = field; offset < field + 4; offset++) {
          if (offset >= start && offset < start + part.length) part[offset - start] = 0xff;
        }
      }
      return part;
    },
  };
}
