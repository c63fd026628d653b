import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { decodeToPcm } from '../../src/speech/decode.ts';
import { encode, speechLike, temporaryFolder } from '../support/audio-fixtures.ts';

async function decoded(bytes: Uint8Array): Promise<Buffer> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'recording');
  await writeFile(path, bytes);
  const pieces: Uint8Array[] = [];
  for await (const piece of decodeToPcm(path)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Root mean square of 16-bit samples, 0–1. */
function loudness(pcm: Buffer): number {
  const samples = new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length));
  return Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length);
}

describe('the sound of a recording', () => {
  test.each(['mp3', 'webm', 'mp4', 'ogg', 'flac'] as const)('of %s as 24 kHz mono', async (format) => {
    const pcm = await decoded(await encode(speechLike(2_000), format));
    const seconds = pcm.length / 48_000;
    expect(seconds).toBeGreaterThan(1.9);
    expect(seconds).toBeLessThan(2.2);
    expect(loudness(pcm)).toBeGreaterThan(0.02);
  });

  it('is refused when there is none', async () => {
    await expect(decoded(Buffer.from('this is no sound at all'))).rejects.toMatchObject({ code: expect.any(String) });
  });
});
