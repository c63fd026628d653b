import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { expect, it } from 'vitest';
import { encodeMp3 } from '../../src/speech/mp3-encoder.ts';
import { readFrameHeader } from '../../src/speech/mp3-frame.ts';

/** A tone: 16-bit little-endian mono at 24 kHz. */
function tone(ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 24 }, (_, index) => 9_000 * Math.sin(index / 15));
  return new Uint8Array(samples.buffer);
}

async function* pieces(pcm: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pcm.length; at += size) yield pcm.subarray(at, at + size);
}

async function encode(pcm: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const mp3: Uint8Array[] = [];
  for await (const piece of encodeMp3(pcm)) mp3.push(piece);
  return Buffer.concat(mp3);
}

async function durationMs(mp3: Buffer): Promise<number> {
  using input = new Input({ source: new BufferSource(mp3), formats: ALL_FORMATS });
  return (await input.computeDuration()) * 1000;
}

it('writes MP3 frames of 64 kbit/s at 24 kHz, nothing before and nothing between', async () => {
  const mp3 = await encode(pieces(tone(2_000), 4_800));
  for (let at = 0; at < mp3.length; ) {
    const header = readFrameHeader(mp3.readUInt32BE(at));
    expect(header).toMatchObject({ sampleRate: 24_000, bytes: 192 });
    at += header?.bytes ?? mp3.length;
  }
  // The encoder adds at most three frames of silence around the sound.
  expect(await durationMs(mp3)).toBeGreaterThanOrEqual(2_000);
  expect(await durationMs(mp3)).toBeLessThan(2_100);
});

it('pieces may be cut anywhere, also in the middle of a sample', async () => {
  const whole = await encode(pieces(tone(500), 24_000));
  for (const size of [1_001, 333]) expect((await encode(pieces(tone(500), size))).equals(whole)).toBe(true);
});

it('gives the first sound while the rest is still to come', async () => {
  const heard = Promise.withResolvers<void>();
  async function* slow() {
    yield tone(200);
    await heard.promise;
    yield tone(200);
  }
  const mp3 = encodeMp3(slow());
  const first = await mp3.next();
  expect(first.value?.length).toBeGreaterThan(0);
  heard.resolve();
  let rest = 0;
  for await (const piece of mp3) rest += piece.length;
  expect(rest).toBeGreaterThan(0);
});

it('many at once do not mix', async () => {
  const alone = await encode(pieces(tone(300), 4_800));
  const together = await Promise.all(Array.from({ length: 8 }, () => encode(pieces(tone(300), 4_800))));
  for (const mp3 of together) expect(mp3.equals(alone)).toBe(true);
});

it('no sound gives no bytes', async () => {
  expect(await encode(pieces(new Uint8Array(), 1))).toHaveLength(0);
});

it('passes on what the sound ends with', async () => {
  const broken = new Error('the line is dead');
  async function* breaking() {
    yield tone(500);
    throw broken;
  }
  await expect(encode(breaking())).rejects.toBe(broken);
});

it('breaking off ends the source', async () => {
  const ended = Promise.withResolvers<void>();
  async function* endless() {
    try {
      for (;;) yield tone(100);
    } finally {
      ended.resolve();
    }
  }
  for await (const _piece of encodeMp3(endless())) break;
  await ended.promise;
});

it('a slow reader slows the source', async () => {
  let made = 0;
  async function* plenty() {
    for (; made < 500; made++) yield tone(100);
  }
  const mp3 = encodeMp3(plenty());
  await mp3.next();
  // Fifty seconds would be 400 kB: at most 256 KiB wait to be read, whatever time passes.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(made).toBeLessThan(500);
  await mp3.return(undefined);
});
