import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createReplyAudio, type ReplyAudio, type ReplyRecorder } from '../../src/conversation/reply-audio.ts';
import { registerErrorHandler } from '../../src/http/error-handler.ts';
import { growingRange, sendGrowingAudio, untilAnswered } from '../../src/http/growing-audio.ts';
import { createDiskStorage } from '../../src/storage/disk.ts';
import { chunked, mp3, walk } from '../conversation/mp3-pieces.ts';

let piece: Buffer;
let root: string;
let app: FastifyInstance;
let url: string;
let replies: ReplyAudio;
let recorder: ReplyRecorder;
/** The signal of the first request, aborted when its answer is over. */
let answered: PromiseWithResolvers<AbortSignal>;

beforeAll(async () => {
  piece = await mp3(500);
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'viva-growing-'));
  replies = createReplyAudio(createDiskStorage({ root }));
  answered = Promise.withResolvers();
  const id = randomUUID();
  recorder = replies.begin(id);
  app = Fastify();
  registerErrorHandler(app);
  app.get('/audio', async (request, reply) => {
    const range = growingRange(request);
    const signal = untilAnswered(reply);
    answered.resolve(signal);
    const stream = replies.follow(id, range.start, signal);
    if (!stream) throw new Error('it does not grow');
    return sendGrowingAudio(request, reply, stream, { ...range, mimeType: 'audio/mpeg', fileName: 'reply.mp3' });
  });
  url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/audio`;
});
afterEach(async () => {
  await recorder.discard();
  await app.close();
  await rm(root, { recursive: true, force: true });
});

async function ask(headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = await once(get(url, { headers }), 'response');
  return response;
}

it('plays while the reply is still being spoken, and ends with it', async () => {
  const asking = ask();
  const rest = Promise.withResolvers<void>();
  async function* stalling() {
    yield piece.subarray(0, 3000);
    await rest.promise;
    yield piece.subarray(3000);
  }
  const adding = recorder.add(stalling());
  const response = await asking;
  const [first] = await once(response, 'data');
  expect(walk(first).starts.length).toBeGreaterThan(0);
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'audio/mpeg',
    'transfer-encoding': 'chunked',
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(response.headers).not.toHaveProperty('content-length');
  const others = buffer(response);
  rest.resolve();
  await adding;
  const { bytes } = await recorder.finish();
  expect(first.length + (await others).length).toBe(bytes);
});

it.each(['bytes=0-', 'bytes=0-1', 'bytes=100-', 'bytes=-5', 'bytes=9-3', 'bytes=1-2,5-6', 'lines=1-2'])(
  'answers %s with the whole',
  async (range) => {
    await recorder.add(chunked(piece));
    const response = await ask({ range });
    const body = buffer(response);
    const { bytes } = await recorder.finish();
    expect(response.statusCode).toBe(200);
    expect((await body).length).toBe(bytes);
  },
);

it('cuts out a part that is there, or what is there of it', async () => {
  await recorder.add(chunked(piece));
  const part = await ask({ range: 'bytes=10-19' });
  expect(part.statusCode).toBe(206);
  expect(part.headers).toMatchObject({ 'content-range': 'bytes 10-19/*', 'content-length': '10' });
  expect((await buffer(part)).length).toBe(10);
  const more = await ask({ range: `bytes=50-${recorder.bytes + 1000}` });
  const bytes = await buffer(more);
  expect(more.headers['content-range']).toBe(`bytes 50-${49 + bytes.length}/*`);
  expect(bytes.length).toBe(recorder.bytes - 50);
});

it('waits for the first byte of a part that is not there yet', async () => {
  const asking = ask({ range: 'bytes=1-1000000' });
  await once(app.server, 'request');
  await recorder.add(chunked(piece));
  const part = await asking;
  expect(part.statusCode).toBe(206);
  expect((await buffer(part)).length).toBeGreaterThan(0);
});

it('refuses a part that never came', async () => {
  const asking = ask({ range: 'bytes=5000000-5000001' });
  await once(app.server, 'request');
  await recorder.finish();
  const response = await asking;
  expect(response.statusCode).toBe(416);
  expect(JSON.parse((await buffer(response)).toString()).error.code).toBe('range_not_satisfiable');
});

it('answers HEAD at once, without a length', async () => {
  const response = await fetch(url, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('audio/mpeg');
  expect(response.headers.has('content-length')).toBe(false);
});

it('says so when the reply is withdrawn before it is heard', async () => {
  const asking = ask();
  await once(app.server, 'request');
  await recorder.discard();
  const refused = await asking;
  expect(refused.statusCode).toBe(410);
  expect(JSON.parse((await buffer(refused)).toString()).error.code).toBe('gone');
});

it('cuts an answer that has begun when the reply is withdrawn', async () => {
  await recorder.add(chunked(piece));
  const response = await ask();
  await once(response, 'data');
  await recorder.discard();
  await expect(buffer(response)).rejects.toThrow();
});

it.each([{}, { range: 'bytes=500000-600000' }])('stops following when the client leaves: %j', async (headers) => {
  const request = get(url, { headers }).on('error', () => {});
  const signal = await answered.promise;
  request.destroy();
  if (!signal.aborted) await once(signal, 'abort');
  await recorder.add(chunked(piece));
  await recorder.finish();
});
