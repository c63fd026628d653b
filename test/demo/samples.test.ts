import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleAnswers } from '../../src/demo/samples/answers.ts';
import { makeCvPdf } from '../../src/demo/samples/cv-pdf.ts';
import { readCv } from '../../src/documents/cv-document.ts';
import { type OfflineServer, startOfflineServer } from '../../src/offline/server.ts';

const sample = (name: string) => readFile(new URL(`../../src/demo/samples/${name}`, import.meta.url));

let offline: OfflineServer;
let client: OpenAI;

beforeAll(async () => {
  offline = await startOfflineServer();
  client = new OpenAI({ baseURL: offline.url, apiKey: offline.apiKey });
});
afterAll(() => offline.close());

/** First bytes, from the formats' own specifications. */
const signatures: Record<string, (bytes: Buffer) => boolean> = {
  '.mp3': (bytes) => bytes.toString('latin1', 0, 3) === 'ID3' || bytes.readUInt16BE(0) >>> 5 === 0x7ff,
  '.wav': (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE',
  '.webm': (bytes) => bytes.readUInt32BE(0) === 0x1a45dfa3 && bytes.subarray(0, 64).includes('webm'),
  '.m4a': (bytes) => bytes.toString('latin1', 4, 8) === 'ftyp',
};
const codecs: Record<string, string> = { '.mp3': 'mp3', '.wav': 'pcm-s16', '.webm': 'opus', '.m4a': 'aac' };

test('there is one recording of each of the four formats, small enough to commit', async () => {
  expect(sampleAnswers.map(({ file }) => extname(file)).sort()).toEqual(['.m4a', '.mp3', '.wav', '.webm']);
  const sizes = await Promise.all(sampleAnswers.map(async ({ file }) => (await sample(file)).length));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_500_000);
});

describe.each(sampleAnswers)('$file', ({ file, words }) => {
  const ending = extname(file);

  test('is what its name says, and lasts as long as an answer does', async () => {
    const bytes = await sample(file);
    expect(signatures[ending]?.(bytes)).toBe(true);
    using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
    const track = await input.getPrimaryAudioTrack();
    expect(await track?.getCodec()).toBe(codecs[ending]);
    const durationS = await input.computeDuration();
    expect(durationS).toBeGreaterThan(12);
    expect(durationS).toBeLessThan(25);
    if (ending === '.wav') {
      expect([await track?.getSampleRate(), await track?.getNumberOfChannels()]).toEqual([16_000, 1]);
    }
    // MediaRecorder does not know how long it will record when it writes the header.
    if (ending === '.webm') expect(await input.getDurationFromMetadata()).toBeNull();
  });

  test('is read back word by word by the offline server', async () => {
    const { text } = await client.audio.transcriptions.create({
      file: await toFile(await sample(file), file),
      model: 'whisper-1',
    });
    expect(text).toBe(words);
  });
});

test('the CV is the PDF that its script makes, and its text can be read', async () => {
  const bytes = await sample('cv.pdf');
  expect(bytes.equals(makeCvPdf())).toBe(true);
  const { kind, text } = await readCv(bytes, 'cv.pdf');
  expect(kind).toBe('pdf');
  expect(text).toContain('Mara Lindqvist');
  expect(text).toContain('Led the shipment tracking project: queries went from 9 seconds to 300 milliseconds');
});
