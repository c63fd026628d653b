import { BufferSource, Input, MP3 } from 'mediabunny';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMp3Joiner } from '../../src/conversation/mp3-joiner.ts';
import { maxFrameBytes } from '../../src/speech/mp3-frame.ts';
import { measure } from '../offline/recordings.ts';
import { chunked, mp3, resampled, walk } from './mp3-pieces.ts';

async function join(pieces: Uint8Array[], size?: number): Promise<{ bytes: Buffer; durationMs: number }> {
  const joiner = createMp3Joiner();
  const joined: Uint8Array[] = [];
  for (const piece of pieces) for await (const frames of joiner.join(chunked(piece, size))) joined.push(frames);
  return { bytes: Buffer.concat(joined), durationMs: joiner.durationMs };
}

/** How long players think it is: with an index left inside they believe the index. */
async function statedMs(bytes: Uint8Array): Promise<number | undefined> {
  using input = new Input({ source: new BufferSource(bytes), formats: [MP3] });
  return ((await input.getDurationFromMetadata()) ?? Number.NaN) * 1000;
}

/** Deterministic bytes, of which many look like the start of a frame. */
function noise(length: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 30 === 0 ? 0xff : state >>> 24;
    }),
  );
}

const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'ÿû', 'latin1')]);
let long: Buffer;
let short: Buffer;
let frames: Buffer;

beforeAll(async () => {
  long = await mp3(1500);
  short = await mp3(400);
  frames = (await join([long])).bytes;
});

describe('joining MP3', () => {
  it('makes one file as long as its pieces together, without their tags and indexes', async () => {
    const alone = await Promise.all([long, short, long].map((piece) => measure(piece)));
    const whole = await join([long, short, long]);
    const { durationS, loudness } = await measure(whole.bytes);
    expect(durationS).toBeCloseTo(
      alone.reduce((sum, piece) => sum + piece.durationS, 0),
      3,
    );
    expect(whole.durationMs).toBeCloseTo(durationS * 1000, 3);
    expect(await statedMs(whole.bytes)).toBeCloseTo(durationS * 1000, -2);
    expect(loudness).toBeGreaterThan(0.05);
    expect(['ID3', 'TAG', 'Xing', 'Info', 'spoken'].filter((word) => whole.bytes.includes(word))).toEqual([]);
  });

  it.each([1, 3, 100, 1441, 65_536])('gives the same bytes when they come in chunks of %d', async (size) => {
    const expected = await join([long, short], 1_000_000);
    expect((await join([long, short], size)).bytes.equals(expected.bytes)).toBe(true);
  });

  it('yields every frame with the chunk that completes it', async () => {
    const { starts } = walk(frames);
    let given = 0;
    let yielded = 0;
    async function* counted() {
      for await (const chunk of chunked(frames, 700)) {
        const complete = starts.filter((start) => start > 0 && start <= given).at(-1) ?? 0;
        expect(yielded).toBe(complete);
        given += chunk.length;
        yield chunk;
      }
    }
    for await (const chunk of createMp3Joiner().join(counted())) yielded += chunk.length;
    expect(yielded).toBe(frames.length);
  });

  it('drops ID3v1 at the end, a footer, two tags in a row, and a VBRI frame', async () => {
    const [, second = 0] = walk(frames).starts;
    const vbri = Buffer.from(frames.subarray(0, second)).fill(0, 4);
    vbri.write('VBRI', 36, 'latin1');
    const tag = Buffer.concat([
      Buffer.from([73, 68, 51, 4, 0, 0x10, 0, 0, 1, 2]),
      Buffer.alloc(130, 0xff),
      Buffer.alloc(10),
    ]);
    const { bytes } = await join([Buffer.concat([tag, tag, vbri, frames, id3v1]), frames], 50);
    expect(bytes.equals(Buffer.concat([frames, frames]))).toBe(true);
  });

  it('drops a frame that is cut off, and goes on with the next piece', async () => {
    const { starts } = walk(frames);
    const { bytes, durationMs } = await join([frames.subarray(0, -1), frames]);
    expect(bytes.equals(Buffer.concat([frames.subarray(0, starts.at(-1)), frames]))).toBe(true);
    expect(durationMs).toBeCloseTo(walk(bytes).durationMs, 6);
  });

  it('finds its way again after garbage', async () => {
    const middle = walk(frames).starts[20] ?? 0;
    const torn = Buffer.concat([noise(500, 7), frames.subarray(0, middle), noise(3000, 8), frames.subarray(middle)]);
    const { bytes, durationMs } = await join([torn], 333);
    const { starts } = walk(bytes);
    expect(starts.length).toBeGreaterThanOrEqual(walk(frames).starts.length - 3);
    expect(starts.length).toBeLessThanOrEqual(walk(frames).starts.length + 3);
    expect((await measure(bytes)).durationS * 1000).toBeCloseTo(durationMs, 3);
  });

  it('takes pieces of another sample rate', async () => {
    const lower = await resampled(long);
    const whole = await join([long, lower, long]);
    const alone = await join([lower]);
    expect(walk(alone.bytes).starts.length).toBeGreaterThan(30);
    expect(whole.bytes.equals(Buffer.concat([frames, alone.bytes, frames]))).toBe(true);
    expect(whole.durationMs).toBeCloseTo(2 * walk(frames).durationMs + alone.durationMs, 6);
  });

  it.each(['{"error":"no"}', '', 'ID3', 'ÿ', '<html>'])('finds nothing in %j', async (text) => {
    expect(await join([Buffer.from(text, 'latin1')])).toMatchObject({ durationMs: 0, bytes: Buffer.alloc(0) });
  });

  it('yields whole frames whatever comes, and counts them', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const cutAt = (seed * 7919) % frames.length;
      const resumeAt = (seed * 104_729) % frames.length;
      const pieces = [
        Buffer.concat([frames.subarray(0, cutAt), noise(seed * 13, seed), frames.subarray(resumeAt), id3v1]),
        noise(2000, seed + 1),
      ];
      const { bytes, durationMs } = await join(pieces, 1 + ((seed * 31) % 900));
      expect(walk(bytes).durationMs).toBeCloseTo(durationMs, 3);
    }
  });

  it('holds back less than a frame, even of endless garbage', async () => {
    let given = 0;
    async function* endless() {
      for (let seed = 0; seed < 200; seed++) {
        given += 10_000;
        yield noise(10_000, seed);
      }
      yield frames;
    }
    let last = Buffer.alloc(0);
    for await (const chunk of createMp3Joiner().join(endless())) last = Buffer.from(chunk);
    expect(given).toBe(2_000_000);
    expect(last.length).toBeLessThan(frames.length + 10_000 + maxFrameBytes);
    expect(walk(last).starts.length).toBeGreaterThanOrEqual(walk(frames).starts.length - 2);
  });

  it('passes on the error of a piece, after the frames before it', async () => {
    const broken = new Error('upstream went away');
    async function* breaking() {
      yield frames.subarray(0, 2000);
      throw broken;
    }
    const joiner = createMp3Joiner();
    const got: Uint8Array[] = [];
    const reading = async () => {
      for await (const chunk of joiner.join(breaking())) got.push(chunk);
    };
    await expect(reading()).rejects.toBe(broken);
    expect(joiner.durationMs).toBeCloseTo(walk(Buffer.concat(got)).durationMs, 6);
    expect(joiner.durationMs).toBeGreaterThan(0);
  });
});
