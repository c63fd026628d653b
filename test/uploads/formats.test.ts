import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { encode, speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf } from './support/candidate.ts';
import { recordingForm } from './support/forms.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const speech = speechLike(3_000);
const maxTranscribed = 25 * 1024 * 1024;

let server: Viva;
let candidate: Candidate;
beforeAll(async () => {
  server = await startViva();
  candidate = await candidateOf(server);
});
afterAll(() => server?.close());

/** Uploads, waits for the transcript, and tells what the transcriber was sent. */
async function answerWith(recording: Uint8Array, words: string) {
  const heardBefore = server.upstream.callsTo('transcriptions').length;
  server.upstream.hearNext(words);
  // The name and the type of the form are wrong on purpose: the bytes decide.
  const { status, body } = await candidate.upload(recordingForm(recording, 'answer.bin'));
  const answer = JSON.parse(body.toString());
  expect(status, body.toString()).toBe(201);
  const now = () => candidate.viva.answers.get.query({ answerId: answer.id });
  await expect.poll(now, { timeout: 40_000 }).toMatchObject({ transcriptState: 'done', transcript: words });
  const [sent, ...more] = server.upstream.callsTo('transcriptions').slice(heardBefore);
  expect(more).toEqual([]);
  return { answer: await now(), sent: sent?.file ?? expect.fail('nothing was transcribed') };
}

it.each([
  ['audio/mpeg', 'mp3', () => encode(speech, 'mp3')],
  ['audio/wav', 'wav', () => wav(speech)],
  ['audio/webm', 'webm', () => encode(speech, 'webm')],
  ['audio/webm', 'webm', () => encode(speech, 'live-webm')],
  ['audio/mp4', 'm4a', () => encode(speech, 'mp4')],
  ['audio/mp4', 'm4a', () => encode(speech, 'fragmented-mp4')],
  ['audio/ogg', 'ogg', () => encode(speech, 'ogg')],
  ['audio/flac', 'flac', () => encode(speech, 'flac')],
  ['video/webm', 'webm', () => encode(speech, 'live-webm', { video: 'vp8' })],
  ['video/mp4', 'mp4', () => encode(speech, 'mp4', { video: 'avc' })],
])('%s (%s) is kept byte for byte, served as what it is, and transcribed', async (mimeType, extension, make) => {
  const recording = await make();
  const { answer, sent } = await answerWith(recording, `heard ${mimeType} ${recording.length}`);
  const { audio } = answer;
  if (!audio) expect.fail('no audio');
  expect(audio).toMatchObject({ mimeType, bytes: recording.length, path: `audio/answers/${audio.id}.${extension}` });
  expect(Math.abs(audio.durationMs - 3_000)).toBeLessThan(150);
  expect(sha256(await readFile(join(server.audioPath, 'answers', `${audio.id}.${extension}`)))).toBe(sha256(recording));
  const played = await candidate.viva.fetchAudio(audio.url);
  expect(played.headers.get('content-type')).toBe(mimeType);
  expect(played.headers.get('x-content-type-options')).toBe('nosniff');
  expect(sha256(await played.bytes())).toBe(sha256(recording));
  if (mimeType.startsWith('video/')) {
    // The pictures stay here.
    expect(sent.mimeType).toBe('audio/webm');
    expect(sent.bytes).toBeLessThan(recording.length);
  } else {
    expect(sent).toMatchObject({ mimeType, bytes: recording.length });
  }
});

test('over 25 MiB: kept whole, transcribed from something smaller', { timeout: 60_000 }, async () => {
  const second = wav(speechLike(1_000)).subarray(44);
  const seconds = Math.ceil((maxTranscribed + 1) / second.length);
  const bytes = seconds * second.length;
  const header = wav(new Float32Array(0), { dataBytes: bytes, riffBytes: bytes + 36 });
  const recording = Buffer.concat([header, ...Array<Buffer>(seconds).fill(second)]);
  expect(recording.length).toBeGreaterThan(maxTranscribed);
  const { answer, sent } = await answerWith(recording, 'a long answer');
  expect(answer.audio).toMatchObject({ mimeType: 'audio/wav', bytes: recording.length, durationMs: seconds * 1000 });
  expect(sent.mimeType).toBe('audio/webm');
  expect(sent.bytes).toBeLessThan(maxTranscribed);
});
