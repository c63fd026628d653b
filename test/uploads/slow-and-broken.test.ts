import { readdirSync } from 'node:fs';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { authPlugin } from '../../src/auth/plugin.ts';
import { registerErrorHandler } from '../../src/http/error-handler.ts';
import { uploadRoutes } from '../../src/http/upload.ts';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf, leftBehind } from './support/candidate.ts';
import { type Exchanged, exchange } from './support/exchange.ts';
import { type Form, recordingForm } from './support/forms.ts';
import { head, openSocket } from './support/raw-socket.ts';

const speech = wav(speechLike(3_000));
const openDescriptors = () => readdirSync('/proc/self/fd').length;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

let server: Viva;
let candidate: Candidate;
let other: Candidate;
beforeAll(async () => {
  server = await startViva();
  candidate = await candidateOf(server);
  other = await candidateOf(server);
});
afterAll(() => server?.close());

describe('a body that trickles', () => {
  /** The same doors with a window that a test can wait for. */
  let impatient: FastifyInstance;
  let url: string;
  beforeAll(async () => {
    impatient = Fastify({ forceCloseConnections: true });
    registerErrorHandler(impatient);
    await impatient.register(cookie);
    await impatient.register(authPlugin, { auth: server.deps.auth });
    await impatient.register((scope) => uploadRoutes(scope, server.deps.product, { windowMs: 400, bytes: 2_000 }));
    url = await impatient.listen({ port: 0 });
  });
  afterAll(() => impatient?.close());

  async function* drip({ bytes }: Form, from: number, size: number, everyMs: number) {
    yield bytes.subarray(0, from);
    for (let at = from; at < bytes.length; at += size) {
      await pause(everyMs);
      yield bytes.subarray(at, at + size);
    }
  }
  const send = (who: Candidate, sent: Form, body: AsyncIterable<Uint8Array>, path?: string): Promise<Exchanged> =>
    exchange(url, path ?? `/upload/answers/${who.questionId}`, {
      headers: { authorization: `Bearer ${who.token}`, ...sent.headers },
      body,
    });

  it('is 408 wherever it trickles, and nobody else notices', async () => {
    const sent = recordingForm(speech);
    const silent = async function* () {
      await new Promise(() => {});
      yield new Uint8Array();
    };
    const steadily = send(other, sent, drip(sent, 0, 8_000, 50));
    const slow = [
      send(candidate, sent, silent()),
      send(candidate, sent, drip(sent, 5, 1, 50)),
      send(candidate, sent, drip(sent, sent.boundary.length + 30, 1, 50)),
      send(candidate, sent, drip(sent, 70_000, 10, 50)),
      send(candidate, sent, drip(sent, sent.bytes.length - 20, 1, 50)),
      send(candidate, sent, drip(sent, 70_000, 10, 50), '/upload/cvs'),
    ];
    for (const answer of await Promise.all(slow)) {
      expect({ status: answer.status, code: answer.code() }).toEqual({ status: 408, code: 'upload_too_slow' });
    }
    const { status, body } = await steadily;
    expect({ status, transcript: JSON.parse(body.toString()).take }).toEqual({ status: 201, transcript: 1 });
    expect(await leftBehind(server)).toMatchObject({ staged: [], answers: [expect.any(String)], rows: 2 });
  });
});

test('a connection that is reset mid-body leaves no file and no descriptor, a hundred times over', async () => {
  const before = await leftBehind(server);
  const sent = recordingForm(speech);
  const breakOff = async () => {
    const socket = await openSocket(server.url);
    socket.on('error', () => {});
    const headers = { ...sent.headers, authorization: `Bearer ${candidate.token}`, 'content-length': '10000000' };
    socket.write(head('POST', `/upload/answers/${candidate.questionId}`, headers));
    socket.write(sent.bytes.subarray(0, sent.bytes.length - 100));
    await expect.poll(() => leftBehind(server), { interval: 5 }).not.toMatchObject({ staged: [] });
    socket.resetAndDestroy();
  };
  const tenTimes = () => Promise.all(Array.from({ length: 10 }, breakOff));
  // The first ones fill the pool of database connections.
  for (let round = 0; round < 3; round++) await tenTimes();
  await expect.poll(() => leftBehind(server)).toEqual(before);
  const descriptors = openDescriptors();
  for (let round = 0; round < 10; round++) await tenTimes();
  await expect.poll(() => leftBehind(server), { timeout: 5_000 }).toEqual(before);
  await expect.poll(openDescriptors, { timeout: 5_000 }).toBeLessThanOrEqual(descriptors);
  expect((await candidate.upload(recordingForm(wav(speechLike(2_500))))).status).toBe(201);
});

test('the same recording sent several times at once is one answer', async () => {
  const one = await candidateOf(server);
  const before = await leftBehind(server);
  const answers = await Promise.all(Array.from({ length: 5 }, () => one.upload(recordingForm(speech))));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect(new Set(answers.map(({ body }) => JSON.parse(body.toString()).id)).size).toBe(1);
  const after = await leftBehind(server);
  expect({ staged: after.staged, answers: after.answers.length, rows: after.rows }).toEqual({
    staged: [],
    answers: before.answers.length + 1,
    rows: before.rows + 2,
  });
});

describe('what may not be answered is refused before a byte of the body is read', () => {
  const refused = async (token: string | null, questionId: string) => {
    const answer = await exchange(server.url, `/upload/answers/${questionId}`, {
      headers: {
        ...recordingForm(speech).headers,
        'content-length': '1000000',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: (async function* () {
        await new Promise(() => {});
        yield new Uint8Array();
      })(),
    });
    return { status: answer.status, code: answer.code() };
  };

  it('somebody else’s question, a session that ended, no consent, no token, no id', async () => {
    const ended = await candidateOf(server);
    await ended.viva.sessions.end.mutate({ sessionId: ended.sessionId });
    const unasked = await candidateOf(server, { consent: false });
    expect(await refused(other.token, candidate.questionId)).toEqual({ status: 404, code: 'not_found' });
    expect(await refused(ended.token, ended.questionId)).toEqual({ status: 409, code: 'session_ended' });
    expect(await refused(unasked.token, unasked.questionId)).toEqual({ status: 403, code: 'consent_required' });
    expect(await refused(null, candidate.questionId)).toEqual({ status: 401, code: 'unauthenticated' });
    expect(await refused(`${candidate.token}x`, candidate.questionId)).toEqual({
      status: 401,
      code: 'unauthenticated',
    });
    expect(await refused(candidate.token, 'not-a-uuid')).toEqual({ status: 400, code: 'invalid_input' });
  });
});
