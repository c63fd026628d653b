import { type FrameHeader, readFrameHeader } from '../speech/mp3-frame.ts';

/** Makes one MP3 of several, while they arrive. */
export interface Mp3Joiner {
  /** Sound in the frames that were yielded so far. */
  readonly durationMs: number;
  /**
   * The whole frames of one piece, as soon as each is complete: never its tags, its Xing, Info or VBRI frame, bytes
   * that are no audio, or a frame that is cut off. Holds back less than one frame. Throws what the piece throws.
   */
  join(piece: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** ID3v1, at the end of a file: 128 bytes from `TAG` on. */
const id3v1Bytes = 128;
const id3v2HeaderBytes = 10;
/** A VBRI tag stands here whatever the version and the channels are. */
const vbriOffset = 36;

type Step =
  /** Nothing can be decided before more bytes are here. */
  { kind: 'wait' } | { kind: 'drop'; bytes: number } | { kind: 'lost' } | { kind: 'frame'; header: FrameHeader };

/** Where in a piece the reader is. */
interface Place {
  /** A frame or a tag must begin right here; otherwise every byte is tried. */
  inSync: boolean;
  /** No frame came yet since the start or a tag: the first may hold an index instead of sound. */
  first: boolean;
  /** Version and sample rate of this piece's frames, once known. */
  kind: number | null;
}

const id = (bytes: Buffer, offset: number, length: number) => bytes.toString('latin1', offset, offset + length);

/** ID3v2: ten bytes of header, then a size of four 7-bit digits, then perhaps a footer (id3.org, ID3v2.4 §3.1). */
function id3v2Bytes(bytes: Buffer, at: number): number {
  const size = [6, 7, 8, 9].reduce((sum, offset) => sum * 128 + (bytes.readUInt8(at + offset) & 0x7f), 0);
  return id3v2HeaderBytes + size + (bytes.readUInt8(at + 5) & 0x10 ? id3v2HeaderBytes : 0);
}

function isIndex(bytes: Buffer, at: number, header: FrameHeader): boolean {
  return ['Xing', 'Info'].includes(id(bytes, at + header.xingOffset, 4)) || id(bytes, at + vbriOffset, 4) === 'VBRI';
}

/** What stands at `at`. Out of sync, bytes that look like a frame must be followed by another one. */
function nextStep(bytes: Buffer, at: number, place: Place): Step {
  const available = bytes.length - at;
  if (available < 4) return { kind: 'wait' };
  if (place.inSync) {
    const tag = id(bytes, at, 3);
    if (tag === 'TAG') return { kind: 'drop', bytes: id3v1Bytes };
    if (tag === 'ID3') {
      return available < id3v2HeaderBytes ? { kind: 'wait' } : { kind: 'drop', bytes: id3v2Bytes(bytes, at) };
    }
  }
  const header = readFrameHeader(bytes.readUInt32BE(at));
  if (!header || (place.inSync && place.kind !== null && header.kind !== place.kind)) return { kind: 'lost' };
  if (available < header.bytes + (place.inSync ? 0 : 4)) return { kind: 'wait' };
  if (!place.inSync && readFrameHeader(bytes.readUInt32BE(at + header.bytes))?.kind !== header.kind) {
    return { kind: 'lost' };
  }
  return place.first && isIndex(bytes, at, header) ? { kind: 'drop', bytes: header.bytes } : { kind: 'frame', header };
}

/** Cuts what is here into frames. `at` is where the first byte stands that has to wait for more. */
function cutFrames(bytes: Buffer, place: Place): { frames: Buffer[]; soundMs: number; at: number } {
  const frames: Buffer[] = [];
  let at = 0;
  let from = 0;
  let soundMs = 0;
  const leaveOut = (length: number) => {
    if (at > from) frames.push(bytes.subarray(from, at));
    at += length;
    from = at;
  };
  for (let step = nextStep(bytes, at, place); step.kind !== 'wait'; step = nextStep(bytes, at, place)) {
    if (step.kind === 'frame') {
      at += step.header.bytes;
      soundMs += (step.header.samples * 1000) / step.header.sampleRate;
      Object.assign(place, { inSync: true, first: false, kind: step.header.kind });
    } else if (step.kind === 'drop') {
      leaveOut(step.bytes);
      Object.assign(place, { inSync: true, first: true });
    } else {
      leaveOut(1);
      place.inSync = false;
    }
  }
  leaveOut(0);
  return { frames, soundMs, at };
}

export function createMp3Joiner(): Mp3Joiner {
  let durationMs = 0;
  return {
    get durationMs() {
      return durationMs;
    },
    async *join(piece) {
      const place: Place = { inSync: true, first: true, kind: null };
      let held: Uint8Array = Buffer.alloc(0);
      /** A tag may be longer than what has come of it. */
      let toDrop = 0;
      for await (const chunk of piece) {
        const skipped = Math.min(toDrop, chunk.length);
        toDrop -= skipped;
        const bytes = Buffer.concat([held, chunk.subarray(skipped)]);
        const { frames, soundMs, at } = cutFrames(bytes, place);
        held = bytes.subarray(at);
        toDrop += Math.max(0, at - bytes.length);
        durationMs += soundMs;
        if (frames.length > 0) yield frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames);
      }
    },
  };
}
