import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf, leftBehind } from './support/candidate.ts';
import { exchange } from './support/exchange.ts';
import { form, recordingForm } from './support/forms.ts';
import { head, openSocket, sendThenRead } from './support/raw-socket.ts';

const limit = 200_000;
const whole = wav(speechLike(10_000).subarray(0, (limit - 44) / 2));
const oneMore = recordingForm(Buffer.concat([whole, Buffer.alloc(1)]));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let server: Viva;
let candidate: Candidate;
let before: Awaited<ReturnType<typeof leftBehind>>;
let path: string;
let authorization: string;
beforeAll(async () => {
  server = await startViva({ MAX_AUDIO_FILE_SIZE: '200KB' });
  candidate = await candidateOf(server);
  path = `/upload/answers/${candidate.questionId}`;
  authorization = `Bearer ${candidate.token}`;
});
afterAll(() => server?.close());
beforeEach(async () => {
  before = await leftBehind(server);
});
const nothingAdded = async () => expect(await leftBehind(server)).toEqual(before);

describe.each([
  ['with its length', (bytes: Uint8Array) => ({ 'content-length': String(bytes.length) })],
  ['chunked', () => ({ 'transfer-encoding': 'chunked' })],
])('%s', (how, length) => {
  it('takes exactly the limit, and keeps it byte for byte', async () => {
    const recording = Buffer.from(whole);
    // Another recording than the other way of sending has left.
    recording.writeInt16LE(how === 'chunked' ? 1 : 2, limit - 2);
    expect(recording.length).toBe(limit);
    const sent = recordingForm(recording);
    const answer = await candidate.upload(sent, { headers: length(sent.bytes) });
    expect(answer.status).toBe(201);
    const { audio } = JSON.parse(answer.body.toString());
    const stored = await candidate.viva.fetchAudio(audio.url);
    expect(sha256(await stored.bytes())).toBe(sha256(recording));
    expect(stored.headers.get('etag')).toBe(`"${sha256(recording)}"`);
  });

  it('refuses one byte more', async () => {
    const answer = await candidate.upload(oneMore, { headers: length(oneMore.bytes) });
    expect({ status: answer.status, code: answer.code() }).toEqual({ status: 413, code: 'too_large' });
    await nothingAdded();
  });
});

it('refuses early what says that it is too large: not a byte of the body has to come', async () => {
  const answer = await exchange(server.url, path, {
    headers: { ...oneMore.headers, authorization, 'content-length': '1000000000' },
    body: (async function* () {
      await new Promise(() => {});
      yield new Uint8Array();
    })(),
  });
  expect({ status: answer.status, code: answer.code() }).toEqual({ status: 413, code: 'too_large' });
});

describe('a client that sends everything before it reads', () => {
  const filler = Buffer.alloc(1 << 20, 'x');
  const megabytes = 30;
  function* chunked(start: string) {
    yield start;
    for (let sent = 0; sent < megabytes; sent++) yield* [`${filler.length.toString(16)}\r\n`, filler, '\r\n'];
    yield '0\r\n\r\n';
  }
  it.each([
    ['with its length', 413],
    ['chunked', 413],
    ['chunked, before the first part', 413],
    ['chunked, to a question that is not there', 404],
    ['chunked, without a token', 401],
  ])('%s', async (how, status) => {
    const { boundary, headers } = oneMore;
    const target = how.includes('not there') ? '/upload/answers/0190a0a0-0000-7000-8000-000000000000' : path;
    const credentials: Record<string, string> = how.includes('token') ? {} : { authorization };
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n`;
    const opening = how.includes('first part') ? '' : `${part.length.toString(16)}\r\n${part}\r\n`;
    const socket = await openSocket(server.url);
    const size = megabytes * filler.length;
    const pieces = how.startsWith('chunked')
      ? chunked(head('POST', target, { ...headers, ...credentials, 'transfer-encoding': 'chunked' }) + opening)
      : [
          head('POST', target, { ...headers, ...credentials, 'content-length': String(size) }),
          ...Array<Buffer>(megabytes).fill(filler),
        ];
    const answer = await sendThenRead(socket, pieces);
    socket.destroy();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/\{"error":\{"code":"\w+","message":".+"\}\}$/);
    await expect.poll(() => leftBehind(server)).toEqual(before);
  });
});

describe('a length that lies', () => {
  it('says less than comes: the form is cut there, and the rest is no request', async () => {
    const sent = recordingForm(whole);
    const answer = await candidate.upload(sent, { headers: { 'content-length': '5000' } });
    expect({ status: answer.status, code: answer.code() }).toEqual({ status: 400, code: 'invalid_input' });
    await nothingAdded();
  });

  it('says more than comes, and the client leaves: nothing stays', async () => {
    const sent = recordingForm(whole);
    const socket = await openSocket(server.url);
    socket.resume();
    socket.write(
      head('POST', path, { ...sent.headers, authorization, 'content-length': String(sent.bytes.length + 10) }),
    );
    socket.end(sent.bytes.subarray(0, -10));
    await new Promise((closed) => socket.once('close', closed));
    await expect.poll(() => leftBehind(server)).toEqual(before);
  });

  it('and a transfer coding beside it: refused, or the one request it is', async () => {
    const socket = await openSocket(server.url);
    const both = { ...oneMore.headers, authorization, 'content-length': '10', 'transfer-encoding': 'chunked' };
    const answer = await sendThenRead(socket, [head('POST', path, both), '0\r\n\r\n']);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });
});

it('what stands after the form is not kept, and ends too', async () => {
  const recording = Buffer.from(whole);
  recording.writeInt16LE(3, limit - 2);
  const sent = recordingForm(recording);
  const answer = await candidate.upload({ ...sent, bytes: Buffer.concat([sent.bytes, Buffer.alloc(20_000)]) });
  expect(answer.status).toBe(201);
  const endless = { ...sent, bytes: Buffer.concat([sent.bytes, Buffer.alloc(20_000_000)]) };
  const refused = await candidate.upload(endless, { headers: { 'content-length': String(endless.bytes.length) } });
  expect({ status: refused.status, code: refused.code() }).toEqual({ status: 413, code: 'too_large' });
});

it('counts the file alone: fields do not make it too large', async () => {
  const recording = Buffer.from(whole);
  recording.writeInt16LE(4, limit - 2);
  const fields = Array.from({ length: 5 }, (_, index) => ({ name: `note${index}`, content: 'x'.repeat(9_000) }));
  const sent = form(...fields, { name: 'file', fileName: 'a.wav', content: recording });
  expect((await candidate.upload(sent)).status).toBe(201);
});
