/**
 * How the stand-in "hears": its own voice writes each word into the lowest bit of the samples in which the word is
 * spoken. Inaudible, and lost by any recoding or resampling: only the very samples are understood, nothing else is.
 *
 * One frame per piece of text, one bit per sample, most significant bit first:
 * sync (32) · begins an utterance (1) · bytes of text (7) · UTF-8 text · CRC-16 of everything after the sync (16).
 */
const sync = 0x9e3fa6c5;
const maxTextBytes = 127;
/** Four bytes each at most, and one for the space before them: fits `maxTextBytes`. */
const pieceCharacters = 24;

/** A stretch of text with one space before it where the text has white space there. */
export interface TextPiece {
  text: string;
  /** Where its first character stands in the text, in code points. */
  start: number;
}

/** Cuts a text into pieces that fit one frame each; white space is folded, and nothing else is lost. */
export function cutTextPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let start = 0;
  for (const [match, space = '', word = ''] of text.matchAll(new RegExp(`(\\s*)(\\S{1,${pieceCharacters}})`, 'gu'))) {
    pieces.push({ text: (space && pieces.length ? ' ' : '') + word, start: start + [...space].length });
    start += [...match].length;
  }
  return pieces;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

function encodeFrame(text: string, begins: boolean): Uint8Array {
  const words = new TextEncoder().encode(text);
  if (words.length > maxTextBytes) throw new RangeError('a piece of text must fit one frame');
  const frame = new Uint8Array(4 + 1 + words.length + 2);
  const view = new DataView(frame.buffer);
  view.setUint32(0, sync);
  view.setUint8(4, (begins ? 0x80 : 0) | words.length);
  frame.set(words, 5);
  view.setUint16(5 + words.length, crc16(frame.subarray(4, -2)));
  return frame;
}

export interface WordWriter {
  /** From the next sample on that is free, these words are written. */
  write(piece: TextPiece): void;
  /** Marks the samples in place, in the order in which they are played. */
  mark(samples: Int16Array): void;
  /** What has been written but not marked yet, in samples. */
  pending(): number;
}

/** Marks one utterance. */
export function createWordWriter(): WordWriter {
  const bits: number[] = [];
  let next = 0;
  let begun = false;
  return {
    write({ text }) {
      for (const byte of encodeFrame(text, !begun)) for (let bit = 7; bit >= 0; bit--) bits.push((byte >> bit) & 1);
      begun = true;
    },
    mark(samples) {
      for (let index = 0; index < samples.length && next < bits.length; index++) {
        samples[index] = ((samples[index] ?? 0) & ~1) | (bits[next++] ?? 0);
      }
    },
    pending: () => bits.length - next,
  };
}

export interface HeardWords {
  text: string;
  /** True where an utterance begins: what was heard before it is another one. */
  begins: boolean;
  /** Number of samples listened to, up to the end of these words. */
  endSample: number;
}

/** Listens to samples piece by piece, in any slices and from any point on, and yields the words as they complete. */
export function createWordListener(): (samples: Int16Array) => HeardWords[] {
  let register = 0;
  let listened = 0;
  /** A frame that was cut off may still be collecting when the next begins, hence several. */
  let open: { bytes: number[]; value: number; bits: number }[] = [];

  return (samples) => {
    const heard: HeardWords[] = [];
    for (const sample of samples) {
      const bit = sample & 1;
      listened += 1;
      for (const frame of open) {
        frame.value = (frame.value << 1) | bit;
        if (++frame.bits < 8) continue;
        frame.bytes.push(frame.value);
        frame.value = 0;
        frame.bits = 0;
        if (frame.bytes.length < ((frame.bytes[0] ?? 0) & 0x7f) + 3) continue;
        open = open.filter((other) => other !== frame);
        const words = decodeFrame(Uint8Array.from(frame.bytes));
        if (words) heard.push({ ...words, endSample: listened });
      }
      register = ((register << 1) | bit) >>> 0;
      if (register === sync) open.push({ bytes: [], value: 0, bits: 0 });
    }
    return heard;
  };
}

function decodeFrame(frame: Uint8Array): { text: string; begins: boolean } | null {
  const body = frame.subarray(0, -2);
  const expected = ((frame.at(-2) ?? 0) << 8) | (frame.at(-1) ?? 0);
  if (crc16(body) !== expected) return null;
  return { text: new TextDecoder().decode(body.subarray(1)), begins: ((body[0] ?? 0) & 0x80) !== 0 };
}

/** What was said as one text, or null when no words were heard. */
export function joinHeardWords(heard: HeardWords[]): string | null {
  const text = heard.map((words) => (words.begins ? ` ${words.text}` : words.text)).join('');
  return text.trim() || null;
}
