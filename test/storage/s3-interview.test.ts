import { createHash } from 'node:crypto';
import { mkdtempDisposable, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { webRoutes } from '../../src/http/web.ts';
import { interview, listen } from '../conversation/talking.ts';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { type Candidate, candidateOf } from '../uploads/support/candidate.ts';
import { exchange } from '../uploads/support/exchange.ts';
import { recordingForm } from '../uploads/support/forms.ts';

const opened = new AsyncDisposableStack();
let s3: S3Server;
let server: Viva;
let candidate: Candidate;
beforeAll(async () => {
  s3 = opened.use(await startS3Server());
  server = opened.use(await startViva(settings()));
  candidate = await candidateOf(server);
});
afterAll(() => opened.disposeAsync());

const settings = (more: Record<string, string> = {}) => ({
  S3_BUCKET: s3.bucket,
  S3_REGION: s3.key.region,
  S3_ENDPOINT: s3.url,
  S3_ACCESS_KEY_ID: s3.key.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.key.secretAccessKey,
  S3_PREFIX: 'interviews',
  ...more,
});

const patience = { timeout: 15_000, interval: 50 };
const recording = wav(speechLike(4_000));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const answersStored = () => [...s3.objects.keys()].filter((key) => key.startsWith('interviews/answers/'));
const answerRows = async () => {
  const { prisma } = server.deps.db;
  return (await prisma.answer.count()) + (await prisma.audioFile.count({ where: { kind: 'answer' } }));
};

test('a whole interview lives in the bucket: heard, answered, played in ranges, judged, deleted', async () => {
  const { viva, sessionId, questionId } = candidate;
  const words = 'I led a migration to TypeScript. I reduced the error rate by 40 percent in three months.';
  const spoken = await server.say(words);
  const answer = await viva.uploadAnswer(questionId, new Blob([spoken]));
  expect(s3.objects.get(answersStored()[0] ?? '')?.content.equals(spoken)).toBe(true);
  await vi.waitFor(async () => {
    expect(await viva.answers.get.query({ answerId: answer.id })).toMatchObject({ transcript: words });
  }, patience);

  const url = answer.audio?.url ?? '';
  const whole = await candidate.fetch(url);
  const etag = `"${sha256(spoken)}"`;
  expect([whole.status, whole.headers.get('etag'), whole.headers.get('x-content-type-options')]).toEqual([
    200,
    etag,
    'nosniff',
  ]);
  expect(sha256(await whole.bytes())).toBe(sha256(spoken));
  const part = await candidate.fetch(url, { headers: { range: 'bytes=5-104' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-104/${spoken.length}`]);
  expect(Buffer.from(spoken.subarray(5, 105)).equals(await part.bytes())).toBe(true);
  expect((await candidate.fetch(url, { headers: { range: `bytes=${spoken.length}-` } })).status).toBe(416);
  expect((await candidate.fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  const head = await candidate.fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(spoken.length)]);
  const question = await viva.questions.get.query({ questionId });
  expect((await candidate.fetch(question.audio?.url ?? '')).status).toBe(200);

  const report = await viva.evaluation.run.mutate({ sessionId });
  expect(report.evaluations[0]?.score).toBeGreaterThan(0);

  await viva.sessions.delete.mutate({ sessionId });
  await vi.waitFor(() => expect(s3.objects.size).toBe(0), patience);
  expect((await candidate.fetch(url)).status).toBe(404);
  expect(await readdir(join(server.audioPath, 'tmp'))).toEqual([]);
});

test.each([
  ['the connection is lost in the middle', 'reset' as const, 503],
  ['S3 is throttled', { status: 503, code: 'SlowDown' }, 503],
  ['S3 refuses the credentials', { status: 403, code: 'SignatureDoesNotMatch' }, 503],
  ['the bucket is full', { status: 507, code: 'XMinioStorageFull' }, 507],
])(
  'an upload is not acknowledged while %s: no row, no file, and the next one is taken',
  async (_what, fault, status) => {
    const owner = await candidateOf(server);
    const [rows, stored] = [await answerRows(), answersStored()];
    s3.fail(fault, { matching: /^PUT .*answers/, times: 3 });
    const refused = await owner.upload(recordingForm(recording));
    expect(refused.status).toBe(status);
    expect(refused.body.toString()).not.toMatch(/viva-recordings|interviews\/|AKIA|Signature|127\.0\.0\.1/);
    if (status === 503) expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect([await answerRows(), answersStored()]).toEqual([rows, stored]);
    expect(await readdir(join(server.audioPath, 'tmp'))).toEqual([]);
    s3.recover();
    expect((await owner.upload(recordingForm(recording))).status).toBe(201);
  },
);

test('a recording that is gone from the bucket is 410; one that cannot be reached is 503, and not cached', async () => {
  const owner = await candidateOf(server);
  const { body } = await owner.upload(recordingForm(recording));
  const { url } = JSON.parse(body.toString()).audio;
  const get = () => owner.fetch(url, { headers: { range: 'bytes=0-9' } });
  s3.fail({ status: 500, code: 'InternalError' }, { matching: /^GET .*answers/, times: 100 });
  const failed = await get();
  expect([failed.status, failed.headers.get('cache-control') ?? '']).toEqual([
    503,
    expect.not.stringContaining('max-age'),
  ]);
  s3.recover();
  expect((await get()).status).toBe(206);
  for (const key of answersStored()) s3.objects.delete(key);
  expect((await get()).status).toBe(410);
});

test('with presigned reads whoever may listen is sent to the bucket, and nobody else', async () => {
  await using direct = await startViva(settings({ S3_PRESIGNED_READS: 'true' }));
  const owner = await candidateOf(direct);
  const { body } = await owner.upload(recordingForm(recording));
  const { url } = JSON.parse(body.toString()).audio;
  const authorization = `Bearer ${owner.token}`;
  const sent = await exchange(direct.url, url, { method: 'GET', headers: { authorization } });
  const location = String(sent.headers.location);
  expect([sent.status, sent.headers['cache-control'], new URL(location).origin]).toEqual([307, 'no-store', s3.url]);
  const part = await owner.fetch(url, { headers: { range: 'bytes=0-9' } });
  expect([part.status, part.url, part.headers.get('content-type')]).toEqual([
    206,
    expect.stringContaining(s3.url),
    'audio/wav',
  ]);
  expect(recording.subarray(0, 10).equals(await part.bytes())).toBe(true);
  expect((await owner.fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(recording.length));

  const other = await direct.signIn();
  expect((await other.fetch(url, { redirect: 'manual' })).status).toBe(404);
  expect((await fetch(new URL(url, direct.url), { redirect: 'manual' })).status).toBe(401);
});

test('the page may play from where it is redirected to, and from nowhere else', async () => {
  await using built = await mkdtempDisposable(join(tmpdir(), 'viva-built-'));
  await writeFile(join(built.path, 'index.html'), '<!doctype html>');
  const mediaSource = async (options: { audioOrigin?: string }) => {
    await using app = Fastify();
    await app.register(webRoutes, { built: `${built.path}/`, ...options });
    const { headers } = await app.inject({ path: '/', headers: { accept: 'text/html' } });
    return /media-src ([^;]*)/.exec(String(headers['content-security-policy']))?.[1];
  };
  expect(await mediaSource({ audioOrigin: s3.url })).toBe(`'self' blob: ${s3.url}`);
  expect(await mediaSource({})).toBe("'self' blob:");
});

test('a reply is heard while it is spoken, and then from the bucket at another server', async () => {
  const user = await server.signIn();
  await using other = await server.another();
  const session = await interview(user);
  server.upstream.replyNext(
    'text',
    'This is the first sentence. The second one comes after it. The third one can be heard.',
  );
  server.upstream.setPace({ tokenMs: 20 });
  const { first, over } = await listen(user, session.id);
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  const { audioUrl } = await first('reply-started');
  const growing = await user.viva.fetchAudio(audioUrl);
  expect(growing.headers.get('content-length')).toBeNull();
  const heard = Buffer.from(await growing.arrayBuffer());
  expect((await over).at(-1)).toMatchObject({ type: 'turn-ended' });
  server.upstream.setPace({ tokenMs: 0 });
  const stored = await other.at(user).fetch(audioUrl);
  expect(stored.headers.get('content-length')).toBe(String(heard.length));
  expect(heard.equals(await stored.bytes())).toBe(true);
  const key = [...s3.objects.keys()].find((name) => name.startsWith('interviews/replies/')) ?? '';
  expect(s3.objects.get(key)?.content.equals(heard)).toBe(true);
});

test('what a crash left between the bucket and its row is removed at the next start; the rest can be heard', async () => {
  const owner = await candidateOf(server);
  const { body } = await owner.upload(recordingForm(recording));
  const { url } = JSON.parse(body.toString()).audio;
  // A version 7 UUID of 2023.
  const orphan = 'interviews/answers/018bcfe5-6800-7000-8000-000000000000.wav';
  s3.objects.set(orphan, { content: Buffer.from('x'), etag: '"x"', metadata: {} });
  await server.restart();
  await vi.waitFor(() => expect(s3.objects.has(orphan)).toBe(false), patience);
  expect(sha256(await (await owner.fetch(url)).bytes())).toBe(sha256(recording));
});

test.each([
  ['S3_BUCKET', { S3_BUCKET: 'no-such-bucket' }],
  ['S3_SECRET_ACCESS_KEY', { S3_SECRET_ACCESS_KEY: 'wrong-secret' }],
])('the server does not start with a wrong %s, and says so', async (name, wrong) => {
  await expect(startViva(settings(wrong))).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(new RegExp(`^${name}\\b(?!.*wrong-secret)`)),
  });
});
