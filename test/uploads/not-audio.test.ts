import { afterAll, beforeAll, beforeEach, expect, it, test } from 'vitest';
import { encode, noise, silence, speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf, leftBehind } from './support/candidate.ts';
import { form, recordingForm } from './support/forms.ts';

let server: Viva;
let candidate: Candidate;
let before: Awaited<ReturnType<typeof leftBehind>>;
beforeAll(async () => {
  server = await startViva({ SUPPORTED_AUDIO_FORMATS: 'mp3,wav,webm,m4a,ogg' });
  candidate = await candidateOf(server);
});
afterAll(() => server?.close());
beforeEach(async () => {
  before = await leftBehind(server);
});

const day = 24 * 3600;
const speech = speechLike(3_000);
/** One second of MP3 whose Xing header counts the frames of a day. */
async function dayLongMp3(): Promise<Buffer> {
  const file = await encode(speech, 'mp3');
  const tag = Math.max(file.indexOf('Xing'), file.indexOf('Info'));
  expect(tag).toBeGreaterThan(0);
  file.writeUInt32BE(Math.ceil((day * 48_000) / 1152), tag + 8);
  return file;
}
/** An MP4 whose header, track and sample table say that it lasts a day. */
async function dayLongMp4(): Promise<Buffer> {
  const file = await encode(speech, 'mp4');
  for (const box of ['mvhd', 'mdhd']) {
    const header = file.indexOf(box) + 4;
    file.writeUInt32BE(1000, header + 12);
    file.writeUInt32BE(1000 * day, header + 16);
  }
  const [entries, samples] = [file.indexOf('stts') + 8, file.indexOf('stts') + 12];
  expect(file.readUInt32BE(entries)).toBeGreaterThan(0);
  file.writeUInt32BE(Math.ceil((1000 * day) / file.readUInt32BE(samples)), samples + 4);
  return file;
}
/** A WAV of 8 kHz and 8 bits that counts the bytes of a day. */
function dayLongWav(): Buffer {
  const file = wav(speech, { dataBytes: 8_000 * day });
  file.writeUInt32LE(8_000, 24);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  return file;
}

const minimalPng = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

it.each<[string, number, string, () => Uint8Array | Promise<Uint8Array>]>([
  ['text', 415, 'unsupported_media', () => Buffer.from('I led the migration. '.repeat(200))],
  ['HTML', 415, 'unsupported_media', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['SVG', 415, 'unsupported_media', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
  ['PDF', 415, 'unsupported_media', () => Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF')],
  ['PNG', 415, 'unsupported_media', () => minimalPng],
  ['noise of no format', 415, 'unsupported_media', () => Buffer.from(noise(500, -10).buffer)],
  ['one byte', 415, 'unsupported_media', () => Buffer.from([0])],
  [
    'HTML behind a WAV header',
    422,
    'recording_damaged',
    () => Buffer.from('RIFF\x30\0\0\0WAVE<script>alert(1)</script>', 'latin1'),
  ],
  ['a format that is switched off', 415, 'unsupported_media', () => encode(speech, 'flac')],
  ['video where only sound is on', 415, 'unsupported_media', () => encode(speech, 'mp4', { video: 'avc' })],
  ['video without sound', 415, 'unsupported_media', () => encode(speech, 'webm', { video: 'vp8', mute: true })],
  ['nothing', 422, 'no_speech', () => new Uint8Array()],
  ['a WAV of no samples', 422, 'no_speech', () => wav(silence(0))],
  ['silence', 422, 'no_speech', () => wav(silence(5_000))],
  ['silence in WebM', 422, 'no_speech', () => encode(silence(5_000), 'live-webm')],
  ['a muted microphone', 422, 'no_speech', () => wav(noise(5_000, -65))],
  ['half a WAV', 422, 'recording_damaged', () => wav(speech).subarray(0, 60_000)],
  ['half an MP4', 422, 'recording_damaged', async () => (await encode(speech, 'mp4')).subarray(0, -2_000)],
  [
    'an MP4 without its first half',
    415,
    'unsupported_media',
    async () => (await encode(speech, 'mp4')).subarray(10_000),
  ],
  ['a WAV that claims a day', 422, 'recording_too_long', dayLongWav],
  ['an MP3 that claims a day', 422, 'recording_too_long', dayLongMp3],
  ['an MP4 that claims a day', 422, 'recording_too_long', dayLongMp4],
])('%s, called answer.wav, is %i %s and leaves nothing', async (_what, status, code, make) => {
  const answer = await candidate.upload(recordingForm(await make()));
  expect({ status: answer.status, code: answer.code() }).toEqual({ status, code });
  expect(await leftBehind(server)).toEqual(before);
});

test('the same on the route of brief 2, and what is wrong with its fields', async () => {
  const post = (...parts: Parameters<typeof form>) => {
    const { bytes, headers } = form(...parts);
    return candidate.fetch('/api/audio-interview/submit-answer/', {
      method: 'POST',
      headers,
      body: new Uint8Array(bytes),
    });
  };
  const codeOf = async (response: Response) => [response.status, (await response.json()).error.code];
  const question = { name: 'question_id', content: candidate.questionId };
  const recording = { name: 'audio_file', fileName: 'a.webm', content: wav(speech) };
  const { questionId: foreign } = await candidateOf(server);

  expect(await codeOf(await post(question, { ...recording, content: '<html>' }))).toEqual([415, 'unsupported_media']);
  expect(await codeOf(await post(question, { ...recording, content: wav(silence(3_000)) }))).toEqual([
    422,
    'no_speech',
  ]);
  expect(await codeOf(await post(recording))).toEqual([400, 'invalid_input']);
  expect(await codeOf(await post(question))).toEqual([400, 'invalid_input']);
  expect(await codeOf(await post({ ...question, content: 'seven' }, recording))).toEqual([400, 'invalid_input']);
  expect(await codeOf(await post({ ...question, content: foreign }, recording))).toEqual([404, 'not_found']);
  expect(await codeOf(await post(recording, { ...question, content: foreign }))).toEqual([404, 'not_found']);
  expect(await leftBehind(server)).toEqual(before);
});
