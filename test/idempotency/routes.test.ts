import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { recording, seedInterview } from '../api/support/interviews.ts';
import { type RegisteredRoute, recordingRoutes } from '../identity/support/registered-routes.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let registered: RegisteredRoute[];
let user: SignedIn;
let said: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  const environment = { CHATKIT_AGENT_ID: 'wf_123', CORS_ORIGINS: 'https://app.example' };
  ({ server, registered } = await recordingRoutes(() => startViva(environment)));
  user = await server.signIn();
  said = await server.say('I led the migration.');
});
afterAll(() => server?.close());

type Body = Pick<RequestInit, 'body' | 'headers'>;
type Post = Body & { path: string /** Something else, where a query is not enough to tell it. */; other?: Body };

const json = (body: unknown): Body => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const form = (file: Blob, fields: Record<string, string> = {}): Body => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set('file', file, 'file');
  return { body };
};
const spoken = (fields?: Record<string, string>) => form(new Blob([said]), fields);
/** Enough text for a document. */
const pageOf = (sentence: string) => new Blob([`${sentence} `.repeat(20), randomUUID()]);
const questionId = async () => (await seedInterview(server, user.userId)).questionIds[0];
const sessionId = async () => (await seedInterview(server, user.userId)).id;
const parts = async (): Promise<Body> => ({
  headers: {
    'tus-resumable': '1.0.0',
    'upload-length': '1000',
    'upload-metadata': `questionId ${btoa(await questionId())}`,
  },
});
const account = () => ({ email: `${randomUUID()}@example.com`, password: 'correct horse battery staple' });
const newAccount = async () => {
  const details = account();
  const response = await fetch(`${server.url}/api/auth/register`, { method: 'POST', ...json(details) });
  return { details, ...z.object({ refresh_token: z.string() }).parse(await response.json()) };
};
const email = () => json(account());

/** Every POST route but tRPC's, with something that it answers for good: one without a line fails. */
const routes: Record<string, (path: string) => Promise<Post> | Post> = {
  '/api/audio-interview/questions': (path) => ({ path, ...json({ job_description: 'Baker', question_count: 1 }) }),
  '/api/audio-interview/submit-answer': async (path) => ({ path, ...spoken({ question_id: await questionId() }) }),
  '/api/audio-interview/submit-all-answers': async (path) => ({ path, ...json({ session_id: await sessionId() }) }),
  '/api/auth/guest': (path) => ({ path, ...json({}) }),
  '/api/auth/register': (path) => ({ path, ...email() }),
  '/api/auth/login': async (path) => ({ path, ...json((await newAccount()).details) }),
  '/api/auth/refresh': async (path) => ({ path, ...json({ refresh_token: (await newAccount()).refresh_token }) }),
  '/api/auth/logout': async (path) => ({ path, ...json({ refresh_token: (await newAccount()).refresh_token }) }),
  '/api/auth/consent': (path) => ({ path }),
  '/api/voice/ask': (path) => ({ path, ...json({ prompt: 'What is a good answer?' }) }),
  '/api/voice/clear': (path) => ({ path }),
  '/api/audio/message': (path) => ({ path, ...json({ audio: Buffer.from(said).toString('base64') }) }),
  '/api/realtime/calls': (path) => ({ path, ...json({ sdp: 'no offer' }), other: json({ sdp: 'none either' }) }),
  '/api/realtime/calls/:id/hangup': () => ({ path: `/api/realtime/calls/${randomUUID()}/hangup` }),
  '/api/v1/chatkit/realtime-session': (path) => ({ path, ...json({}) }),
  '/api/v1/chatkit/session': (path) => ({ path }),
  '/upload/answers/:questionId': async () => ({ path: `/upload/answers/${await questionId()}`, ...spoken() }),
  '/upload/turns/:sessionId': async () => ({ path: `/upload/turns/${await sessionId()}`, ...spoken() }),
  '/upload/resumable': async (path) => ({ path, ...(await parts()), other: await parts() }),
  '/upload/cvs': (path) => ({ path, ...form(pageOf('I have baked bread and cakes for ten years.')) }),
  '/upload/job-descriptions': (path) => ({ path, ...form(pageOf('We look for a baker who has baked before.')) }),
};

const nobody: Pick<SignedIn, 'fetch'> = { fetch: (path, init) => fetch(new URL(path, server.url), init) };
/** What stands before a sign-in is asked without one: most of it would end that of the others. */
const askerOf = ({ path }: Post) => (path.startsWith('/api/auth/') && !path.includes('/consent') ? nobody : user);

const send = async (post: Post, key: string, who: Pick<SignedIn, 'fetch'> = askerOf(post)) => {
  const { path, body, headers } = post;
  const init = { method: 'POST', body: body ?? null, headers: { ...Object(headers), 'idempotency-key': key } };
  const response = await who.fetch(path, init);
  return {
    status: response.status,
    body: await response.text(),
    headers: ['content-type', 'location', 'set-cookie'].map((name) => response.headers.get(name)),
    replayed: response.headers.get('idempotency-replayed'),
  };
};

const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ parameters: z.unknown().optional() }))),
});

test('every POST route has its line', () => {
  const posts = registered.flatMap(({ method, url }) => (method === 'POST' && !url.startsWith('/trpc') ? url : []));
  // Those of brief 2 stand twice.
  const named = posts.filter((url) => !url.startsWith('/audio-interview/')).map((url) => url.replace(/(?<=.)\/$/, ''));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(routes).toSorted());
});

test('the OpenAPI document tells of the header at each of them', async () => {
  const { paths } = document.parse(await (await fetch(`${server.url}/docs/json`)).json());
  const posts = Object.values(paths).flatMap(({ post }) => post ?? []);
  expect(posts).toHaveLength(Object.keys(routes).length);
  for (const { parameters } of posts) {
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', in: 'header' }));
  }
});

describe.each(Object.keys(routes))('POST %s', (route) => {
  test('gives the same answer to the same request, and refuses the key for another', async () => {
    const post = (await routes[route]?.(route)) ?? expect.fail('no line');
    const key = randomUUID();
    const first = await send(post, key);
    expect([200, 201, 400, 404, 409]).toContain(first.status);
    expect(first.replayed).toBeNull();
    const before = server.upstream.calls.length;
    // A form is sent with another boundary each time.
    expect(await send(post, key)).toEqual({ ...first, replayed: 'true' });
    const other = await send({ ...post, path: `${post.path}?another=request`, ...post.other }, key);
    expect(other).toMatchObject({ status: 409, body: expect.stringContaining('belongs to a request with another') });
    if (!/upload|submit-answer/.test(route)) expect(server.upstream.calls).toHaveLength(before);
  });
});

test('another file or another field in the form is another request', async () => {
  const path = '/api/audio-interview/submit-answer';
  const post = { path, ...spoken({ question_id: await questionId() }) };
  const key = randomUUID();
  expect(await send(post, key)).toMatchObject({ status: 201 });
  const otherField = { path, ...spoken({ question_id: await questionId() }) };
  const otherFile = { path, ...form(recording(), { question_id: await questionId() }) };
  for (const other of [otherField, otherFile]) expect(await send(other, key)).toMatchObject({ status: 409 });
  expect(await send(post, key)).toMatchObject({ status: 201, replayed: 'true' });
});

test('a refusal of what was uploaded is repeated, one before the upload is not', async () => {
  const path = `/upload/answers/${await questionId()}`;
  const key = randomUUID();
  const notAudio = { path, ...form(new Blob(['not a recording'])) };
  const refused = await send(notAudio, key);
  expect(refused.status).toBe(415);
  expect(await send(notAudio, key)).toEqual({ ...refused, replayed: 'true' });

  const shy = await server.signIn({ consent: false });
  const { questionIds } = await seedInterview(server, shy.userId);
  const answer = { path: `/upload/answers/${questionIds[0]}`, ...spoken() };
  expect(await send(answer, key, shy)).toMatchObject({ status: 403 });
  await shy.viva.auth.consent.mutate();
  expect(await send(answer, key, shy)).toMatchObject({ status: 201, replayed: null });
});

test('what a model upstream has refused is repeated', async () => {
  const ask = { path: '/api/voice/ask', ...json({ prompt: 'Once more?' }) };
  const key = randomUUID();
  server.upstream.failNext('chat', { status: 400 });
  const refused = await send(ask, key);
  expect(refused.status).toBe(502);
  expect(await send(ask, key)).toEqual({ ...refused, replayed: 'true' });
});

test('a turn that streams is one turn, though its duplicate comes while it is spoken', async () => {
  const session = await sessionId();
  const key = randomUUID();
  const post = { path: `/upload/turns/${session}`, ...spoken() };
  const answers = await Promise.all([send(post, key), send(post, key), send(post, key)]);
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(201);
  expect(await server.deps.db.prisma.turn.count({ where: { sessionId: session } })).toBe(1);
});

test('the same key of somebody else is another key, also before signing in', async () => {
  const key = randomUUID();
  const other = await server.signIn();
  const post = { path: '/api/audio-interview/questions', ...json({ job_description: 'Cook', question_count: 1 }) };
  const [one, two] = [await send(post, key), await send(post, key, other)];
  expect([one.replayed, two.replayed]).toEqual([null, null]);
  expect(await send(post, key, nobody)).toMatchObject({ status: 401 });
  const guest = { path: '/api/auth/guest', ...json({}) };
  const [first, stranger] = [await send(guest, key, nobody), await send(guest, key, other)];
  expect(first).toMatchObject({ status: 200 });
  expect(stranger).toMatchObject({ status: 409 });
});

test('an upload that breaks off leaves its key free', async () => {
  const path = `/upload/answers/${await questionId()}`;
  const key = randomUUID();
  const upload = spoken();
  const leave = new AbortController();
  const whole = Buffer.from(await new Response(upload.body ?? null).arrayBuffer());
  const half = new ReadableStream({
    pull(controller) {
      controller.enqueue(whole.subarray(0, whole.length >> 1));
      leave.abort();
    },
  });
  const headers = { 'content-type': 'multipart/form-data; boundary=x', 'idempotency-key': key };
  const init = { method: 'POST', body: half, duplex: 'half', headers, signal: leave.signal };
  await expect(user.fetch(path, init)).rejects.toThrow();
  expect(await send({ path, ...upload }, key)).toMatchObject({ status: 201, replayed: null });
});

test('uploads of the typed client carry one of their own, or the one they are given', async () => {
  const { viva } = user;
  const question = await questionId();
  const rows = () => server.deps.db.prisma.idempotencyKey.count({ where: { owner: `user:${user.userId}` } });
  const before = await rows();
  await viva.uploadAnswer(question, recording(1));
  await viva.uploadCv(pageOf('I bake.'));
  expect(await rows()).toBe(before + 2);
  const how = { idempotencyKey: randomUUID() };
  const [one, two] = [
    await viva.uploadAnswer(question, recording(2), how),
    await viva.uploadAnswer(question, recording(2), how),
  ];
  expect(two).toEqual(one);
  await expect(viva.uploadAnswer(question, recording(3), how)).rejects.toMatchObject({ status: 409, code: 'conflict' });
});

test('pages of other origins may send the header and read whether the answer is an old one', async () => {
  const origin = 'https://app.example';
  const preflight = await fetch(`${server.url}/api/auth/guest`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key' },
  });
  expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  const guest = await fetch(`${server.url}/api/auth/guest`, { method: 'POST', headers: { origin } });
  expect(guest.headers.get('access-control-expose-headers')).toContain('idempotency-replayed');
});
