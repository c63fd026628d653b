import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf } from './support/candidate.ts';
import { exchange } from './support/exchange.ts';
import { recordingForm } from './support/forms.ts';
import { head, openSocket } from './support/raw-socket.ts';

/** Larger than what the sockets between us can hold, so that leaving is leaving in the middle. */
const recording = wav(speechLike(20_000));
const size = recording.length;
const etag = `"${createHash('sha256').update(recording).digest('hex')}"`;

let server: Viva;
let candidate: Candidate;
let audio: { id: string; url: string; path: string };
beforeAll(async () => {
  server = await startViva();
  candidate = await candidateOf(server);
  audio = await upload(candidate);
});
afterAll(() => server?.close());

async function upload(who: Candidate): Promise<typeof audio> {
  const { body } = await who.upload(recordingForm(recording));
  return JSON.parse(body.toString()).audio;
}

const get = (headers: Record<string, string> = {}, method = 'GET', path = audio.url, token = candidate.token) =>
  exchange(server.url, path, { method, headers: { authorization: `Bearer ${token}`, ...headers } });

const part = (start: number, end: number) => ({
  status: 206,
  range: `bytes ${start}-${end}/${size}`,
  length: String(end - start + 1),
  body: recording.subarray(start, end + 1),
});
const whole = { status: 200, range: undefined, length: String(size), body: recording };

describe.each(['url', 'path'] as const)('by its %s', (which) => {
  it.each<
    [string, Record<string, string>, { status: number; range: string | undefined; length: string; body: Buffer }]
  >([
    ['nothing asked for', {}, whole],
    ['the first byte', { range: 'bytes=0-0' }, part(0, 0)],
    ['the last five', { range: 'bytes=-5' }, part(size - 5, size - 1)],
    ['from the middle', { range: `bytes=${size - 10}-` }, part(size - 10, size - 1)],
    ['the last byte by number', { range: `bytes=${size - 1}-${size - 1}` }, part(size - 1, size - 1)],
    ['beyond the end, from within', { range: `bytes=100-${size * 2}` }, part(100, size - 1)],
    ['more at the end than there is', { range: `bytes=-${size * 2}` }, part(0, size - 1)],
    ['the unit in capitals', { range: 'Bytes=0-9' }, part(0, 9)],
    ['blanks around it', { range: ' bytes=0-9 ' }, part(0, 9)],
    ['the matching If-Range', { range: 'bytes=0-9', 'if-range': etag }, part(0, 9)],
    ['a stale If-Range', { range: 'bytes=0-9', 'if-range': '"stale"' }, whole],
    ['a weak If-Range', { range: 'bytes=0-9', 'if-range': `W/${etag}` }, whole],
    ['an If-Range with a date', { range: 'bytes=0-9', 'if-range': 'Sat, 21 Nov 2026 00:00:00 GMT' }, whole],
    ['a stale If-Range past the end', { range: `bytes=${size}-`, 'if-range': '"stale"' }, whole],
    ['another If-None-Match', { range: 'bytes=0-9', 'if-none-match': '"other"' }, part(0, 9)],
    ['several ranges', { range: 'bytes=0-1,5-6' }, whole],
    ['the wrong way round', { range: 'bytes=9-3' }, whole],
    ['no numbers', { range: 'bytes=-' }, whole],
    ['letters', { range: 'bytes=a-b' }, whole],
    ['another unit', { range: 'items=0-1' }, whole],
    ['a negative start', { range: 'bytes=--5' }, whole],
    ['numbers without end', { range: `bytes=0-${'9'.repeat(400)}` }, part(0, size - 1)],
  ])('%s', async (_what, headers, expected) => {
    const answer = await get(headers, 'GET', which === 'url' ? audio.url : `/${audio.path}`);
    expect({
      status: answer.status,
      range: answer.headers['content-range'],
      length: answer.headers['content-length'],
      body: Buffer.compare(answer.body, expected.body),
    }).toEqual({ ...expected, body: 0 });
    expect(answer.headers).toMatchObject({
      etag,
      'accept-ranges': 'bytes',
      'content-type': 'audio/wav',
      'x-content-type-options': 'nosniff',
      'cache-control': expect.stringContaining('private'),
    });
  });
});

it.each([`bytes=${size}-`, `bytes=${size + 5}-${size + 9}`, 'bytes=-0', `bytes=${'9'.repeat(400)}-`])(
  '%.30s is 416 and says how much there is',
  async (range) => {
    const answer = await get({ range });
    expect({ status: answer.status, code: answer.code() }).toEqual({ status: 416, code: 'range_not_satisfiable' });
    expect(answer.headers['content-range']).toBe(`bytes */${size}`);
  },
);

it.each([etag, `W/${etag}`, `"other", ${etag}`, '*'])('If-None-Match %.12s… is 304 without a body', async (value) => {
  for (const range of ['', 'bytes=0-9', `bytes=${size}-`]) {
    const answer = await get({ ...(range && { range }), 'if-none-match': value });
    expect({ status: answer.status, bytes: answer.body.length, etag: answer.headers.etag }).toEqual({
      status: 304,
      bytes: 0,
      etag,
    });
  }
});

it('HEAD says what GET would send', async () => {
  const answer = await get({}, 'HEAD');
  expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, String(size), 0]);
  expect(answer.headers).toMatchObject({ etag, 'accept-ranges': 'bytes', 'content-type': 'audio/wav' });
  // RFC 9110 §14.2: Range is defined for GET only.
  const ranged = await get({ range: 'bytes=0-9' }, 'HEAD');
  expect([ranged.status, ranged.headers['content-range'], ranged.headers['content-length']]).toEqual([
    200,
    undefined,
    String(size),
  ]);
  expect((await get({ 'if-none-match': etag }, 'HEAD')).status).toBe(304);
});

test('a listener who leaves in the middle keeps no file open, fifty times over', async () => {
  const openRecordings = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(server.audioPath);
      } catch {
        // The descriptor of the listing itself is gone by now.
        return false;
      }
    }).length;
  let most = 0;
  const leave = async (byReset: boolean) => {
    const socket = await openSocket(server.url);
    socket.on('error', () => {});
    socket.write(head('GET', audio.url, { authorization: `Bearer ${candidate.token}` }));
    await new Promise((arrived) => socket.once('data', arrived));
    socket.pause();
    most = Math.max(most, openRecordings());
    if (byReset) socket.resetAndDestroy();
    else socket.destroy();
  };
  for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 10 }, (_, i) => leave(i % 2 === 0)));
  expect(most).toBeGreaterThan(0);
  await expect.poll(openRecordings).toBe(0);
});

describe('who may listen', () => {
  it('nobody else, and nobody unknown', async () => {
    const other = await server.signIn();
    for (const path of [audio.url, `/${audio.path}`]) {
      for (const method of ['GET', 'HEAD']) expect((await get({}, method, path, other.token)).status).toBe(404);
      const unknown = await exchange(server.url, path, { method: 'GET' });
      expect({ status: unknown.status, code: unknown.code() }).toEqual({ status: 401, code: 'unauthenticated' });
      expect(unknown.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('whoever has the cookie: to listen, and for nothing else', async () => {
    const cookie = `viva_token=${candidate.token}`;
    expect((await exchange(server.url, audio.url, { method: 'GET', headers: { cookie } })).body.length).toBe(size);
    expect((await exchange(server.url, audio.url, { method: 'HEAD', headers: { cookie } })).status).toBe(200);
    const { headers, bytes } = recordingForm(recording);
    const written = await exchange(server.url, `/upload/answers/${candidate.questionId}`, {
      headers: { ...headers, cookie },
      body: [bytes],
    });
    expect({ status: written.status, code: written.code() }).toEqual({ status: 401, code: 'unauthenticated' });
  });
});

test('a recording that is gone from the disk is 410, and the history is still there', async () => {
  const owner = await candidateOf(server);
  const lost = await upload(owner);
  rmSync(join(server.audioPath, lost.path.replace('audio/', '')));
  for (const range of ['bytes=0-', 'bytes=0-9']) {
    const answer = await get({ range }, 'GET', lost.url, owner.token);
    expect({ status: answer.status, code: answer.code() }).toEqual({ status: 410, code: 'gone' });
    expect(answer.headers['cache-control'] ?? '').not.toContain('immutable');
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
  }
  expect((await get({}, 'HEAD', lost.url, owner.token)).status).toBe(410);
  const history = await owner.viva.sessions.history.query({});
  expect(history).toMatchObject({ totalSessions: 1, items: [{ answeredQuestions: 1 }] });
});

test('the speech of a question has Range too', async () => {
  const question = await candidate.viva.questions.get.query({ questionId: candidate.questionId });
  const answer = await get({ range: 'bytes=0-99' }, 'GET', question.audio?.url);
  expect([answer.status, answer.body.length, answer.headers['content-type']]).toEqual([206, 100, 'audio/mpeg']);
  const brief = `/api/audio-interview/question/${candidate.questionId}/audio`;
  const same = await get({ range: 'bytes=0-99' }, 'GET', brief);
  expect(Buffer.compare(same.body, answer.body)).toBe(0);
});
