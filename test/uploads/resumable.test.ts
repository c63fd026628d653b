import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import * as tus from 'tus-js-client';
import { expect, test, vi } from 'vitest';
import { authPlugin } from '../../src/auth/plugin.ts';
import { registerErrorHandler } from '../../src/http/error-handler.ts';
import { resumableUploadRoutes } from '../../src/http/resumable-upload.ts';
import { sweepUploads } from '../../src/interview/finished-uploads.ts';
import { answerSchema } from '../../src/interview/schemas.ts';
import { exchange } from './support/exchange.ts';
import { bodyType, metadata, protocol, speech } from './support/resumable.ts';
import { maxBytes, resumableWorld } from './support/resumable-world.ts';

const of = resumableWorld();

/** With the real client. */
function sendWithTus(bytes: Buffer, options: Partial<tus.UploadOptions> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<tus.HttpResponse>();
  const upload = new tus.Upload(bytes, {
    endpoint: `${of.server.url}/upload/resumable`,
    headers: { authorization: `Bearer ${of.user.token}` },
    metadata: { questionId: of.questionId, filename: 'answer.wav', filetype: 'audio/wav' },
    retryDelays: [0, 100, 500, 1_000, 2_000],
    storeFingerprintForResuming: false,
    onSuccess: ({ lastResponse }) => resolve(lastResponse),
    onError: reject,
    ...options,
  });
  upload.start();
  return { upload, promise };
}

test('an answer arrives in parts and is what it would be in one', async () => {
  const bytes = speech();
  const { promise, upload } = sendWithTus(bytes, { chunkSize: 50_000 });
  const response = await promise;
  const answer = answerSchema.parse(JSON.parse(response.getBody()));
  expect(answer).toMatchObject({ questionId: of.questionId, kind: 'spoken', take: 1, audio: { bytes: bytes.length } });
  expect(response.getHeader('Upload-Result')).toBe(answer.id);
  const sound = await of.user.fetch(answer.audio?.url ?? '');
  expect(Buffer.from(await sound.arrayBuffer()).equals(bytes)).toBe(true);
  const again = await of.sender.ask('HEAD', new URL(upload.url ?? '').pathname);
  expect(again.headers).toMatchObject({ 'upload-offset': String(bytes.length), 'upload-result': answer.id });
  const result = await of.user.fetch(`${upload.url}/result`);
  expect(answerSchema.parse(await result.json()).id).toBe(answer.id);
  // The same bytes in one piece are the same answer.
  expect((await of.user.viva.uploadAnswer(of.questionId, new Blob([bytes]))).id).toBe(answer.id);
  await of.expectNoParts();
});

test('it may come whole with its creation', async () => {
  const bytes = speech();
  const { promise } = sendWithTus(bytes, { uploadDataDuringCreation: true });
  const response = await promise;
  expect(response.getStatus()).toBe(201);
  expect(answerSchema.parse(JSON.parse(response.getBody()))).toMatchObject({ audio: { bytes: bytes.length } });
  await of.expectNoParts();
});

test('its length may be told at the end', async () => {
  const bytes = speech();
  const deferred = { 'upload-defer-length': '1', 'upload-metadata': metadata({ questionId: of.questionId }) };
  const path = String((await of.sender.ask('POST', '/upload/resumable', { headers: deferred })).headers.location);
  expect((await of.sender.patch(path, 0, bytes)).status).toBe(204);
  expect((await of.sender.ask('HEAD', path)).headers).toMatchObject({ 'upload-defer-length': '1' });
  const headers = {
    'content-type': bodyType,
    'upload-offset': String(bytes.length),
    'upload-length': String(bytes.length),
  };
  const end = await of.sender.ask('PATCH', path, { headers });
  expect(end.status).toBe(200);
  const tooMuch = String((await of.sender.ask('POST', '/upload/resumable', { headers: deferred })).headers.location);
  expect((await of.sender.patch(tooMuch, 0, Buffer.alloc(maxBytes + 1))).status).toBe(413);
  await of.sender.ask('DELETE', tooMuch);
  await of.expectNoParts();
});

test('what had come when the connection broke stays, and the rest is sent', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  const socket = await of.sender.sendSlowly(path, 0, bytes, 60_000);
  await of.written(path, 60_000);
  socket.resetAndDestroy();
  expect(await of.sender.offsetOf(path)).toBe(60_000);
  const sent: number[] = [];
  const { promise } = sendWithTus(bytes, { uploadUrl: of.server.url + path, onProgress: (so) => sent.push(so) });
  expect(answerSchema.parse(JSON.parse((await promise).getBody())).audio?.bytes).toBe(bytes.length);
  expect(Math.min(...sent)).toBeGreaterThanOrEqual(60_000);
  await of.expectNoParts();
});

test('whoever asks how far it is ends what was sent before, as if its connection were lost', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  const socket = await of.sender.sendSlowly(path, 0, bytes, 60_000);
  await of.written(path, 60_000);
  expect(await of.sender.offsetOf(path)).toBe(60_000);
  expect((await of.sender.patch(path, 60_000, bytes.subarray(60_000))).status).toBe(200);
  socket.destroy();
});

test('of two that send at once one is locked out', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  const socket = await of.sender.sendSlowly(path, 0, bytes, 60_000);
  await of.written(path, 60_000);
  const second = await of.sender.patch(path, 60_000, bytes.subarray(60_000));
  expect([second.status, second.code()]).toEqual([423, 'locked']);
  const { promise: answered, resolve } = Promise.withResolvers<string>();
  socket.once('data', (data) => resolve(data.toString()));
  socket.write(bytes.subarray(60_000));
  expect(await answered).toContain('200 OK');
  socket.destroy();
});

test('a server that stops in the middle goes on from there when it is back', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  const socket = await of.sender.sendSlowly(path, 0, bytes, 60_000);
  await of.written(path, 60_000);
  const whole = speech();
  await of.putWhole(await of.sender.begun(whole.length, of.questionId), whole);
  await of.server.restart();
  socket.destroy();
  // What was whole is submitted without being asked for, and what is not is left alone.
  await vi.waitFor(async () => expect(await of.answers()).toHaveLength(1), { timeout: 10_000 });
  expect(await of.sender.offsetOf(path)).toBe(60_000);
  expect((await of.sender.patch(path, 60_000, bytes.subarray(60_000))).status).toBe(200);
  await of.expectNoParts();
});

test('what was whole and not submitted, because the server was killed, is submitted once', async () => {
  const upload = async () => {
    const bytes = speech();
    const path = await of.sender.begun(bytes.length, of.questionId);
    await of.putWhole(path, bytes);
    return path;
  };
  const [swept, asked] = [await upload(), await upload()];
  const [one, two] = await Promise.all([of.sender.ask('HEAD', asked), of.sender.ask('HEAD', asked)]);
  expect(one.headers['upload-result']).toBe(two.headers['upload-result']);
  await sweepUploads(of.server.deps.product, new AbortController().signal);
  expect(await of.answers()).toHaveLength(2);
  expect((await of.sender.ask('HEAD', swept)).headers['upload-result']).toBeDefined();
  await of.expectNoParts();
});

test('killed after the answer was stored, and before the upload knew of it, it is the same answer', async () => {
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  await of.putWhole(path, bytes);
  const stored = await of.user.viva.uploadAnswer(of.questionId, new Blob([bytes]));
  expect((await of.sender.ask('HEAD', path)).headers['upload-result']).toBe(stored.id);
  expect(await of.answers()).toHaveLength(1);
});

test('a PATCH that trickles ends, and what came of it stays', async () => {
  await using impatient = Fastify({ forceCloseConnections: true });
  registerErrorHandler(impatient);
  await impatient.register(cookie);
  await impatient.register(authPlugin, { auth: of.server.deps.auth });
  const options = { closing: new AbortController().signal, pace: { windowMs: 300, bytes: 100_000 } };
  await impatient.register((scope) => resumableUploadRoutes(scope, of.server.deps.product, options));
  const url = await impatient.listen({ port: 0 });
  const bytes = speech();
  const path = await of.sender.begun(bytes.length, of.questionId);
  const silent = async function* () {
    yield bytes.subarray(0, 60_000);
    await new Promise(() => {});
  };
  const slow = await exchange(url, path, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${of.user.token}`, ...protocol, 'content-type': bodyType, 'upload-offset': '0' },
    body: silent(),
  });
  expect([slow.status, slow.code()]).toEqual([408, 'upload_too_slow']);
  expect(await of.sender.offsetOf(path)).toBe(60_000);
  expect((await of.sender.patch(path, 60_000, bytes.subarray(60_000))).status).toBe(200);
});
