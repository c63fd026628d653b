import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { recording, seedInterview } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

/** Calls a minute of one user, or of strangers at one address. */
const perMinute = 60;
const lines: string[] = [];
let server: Viva;
let user: SignedIn;
let usersAtFirst: number;
beforeAll(async () => {
  const environment = { TRUST_PROXY: 'true', RATE_LIMIT_PER_MINUTE: String(perMinute) };
  server = await startViva(environment, undefined, { write: (line) => void lines.push(line) });
  usersAtFirst = await server.deps.db.prisma.user.count();
  user = await server.signIn();
});
afterAll(() => server?.close());

const json = { 'content-type': 'application/json' };
const post = (body: object, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
});
/** A stranger, as the proxy in front tells of them. */
const from = (address: string, path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { ...Object.fromEntries(new Headers(init.headers)), 'x-forwarded-for': address },
  });

async function answered(by: SignedIn): Promise<string> {
  const { questionIds } = await seedInterview(server, by.userId);
  const { audio } = await by.viva.uploadAnswer(questionIds[0], recording());
  return audio?.url ?? '';
}

test('a new server has no account that nobody made', () => expect(usersAtFirst).toBe(0));

test('every answer with a body says what it is, and in which encoding where it is text', async () => {
  const audioUrl = await answered(user);
  const asked: [string, RequestInit?][] = [
    ['/'],
    ['/', { headers: { accept: 'text/html' } }],
    ['/docs/json'],
    ['/docs/static/index.html'],
    ['/health/live'],
    ['/health/ready'],
    ['/metrics'],
    ['/api/auth/me'],
    ['/trpc/auth.me'],
    ['/trpc/auth.me,auth.me?batch=1&input={}'],
    ['/trpc/auth.nothing'],
    ['/trpc/sessions.create', { method: 'POST', headers: json, body: '{' }],
    ['/api/auth/login', post({ email: 'nobody' })],
    ['/upload/cvs', { method: 'POST', headers: json, body: '{}' }],
    ['/nowhere'],
    ['/audio/%zz'],
    [`/audio/${randomUUID()}`],
    [audioUrl],
    ['/account/export'],
  ];
  const wrong: string[] = [];
  for (const [path, init] of asked) {
    const response = await user.fetch(path, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    expect(bytes.length, path).toBeGreaterThan(0);
    if (!isWhatItSays(type, bytes)) wrong.push(`${path}: ${type}`);
  }
  expect(wrong).toEqual([]);
});

function isWhatItSays(type: string, bytes: Buffer): boolean {
  const start = bytes.subarray(0, 15).toString('latin1').trimStart().toLowerCase();
  if (/^application\/json\b/.test(type)) return z.json().safeParse(JSON.parse(bytes.toString())).success;
  if (/^text\//.test(type) && !/charset=utf-8/i.test(type)) return false;
  if (/^text\/html/.test(type)) return start.startsWith('<!doctype html') || start.startsWith('<!-- html');
  if (/^text\//.test(type)) return !start.startsWith('<') && !start.startsWith('{');
  if (type === 'application/zip') return start.startsWith('pk');
  return type === 'audio/wav' && start.startsWith('riff');
}

test('a recording has a file name of our own making, whatever it was called when it came', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const fileName = 'evil"; filename=x.html\r\nset-cookie: a=b/../../x.exe';
  const { audio } = await user.viva.uploadAnswer(questionIds[0], recording(1), { fileName });
  const { headers } = await user.fetch(audio?.url ?? '', { method: 'HEAD' });
  expect(headers.get('content-disposition')).toMatch(/^inline; filename="[0-9a-f-]{36}\.wav"$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('set-cookie')).toBeNull();
});

test('what comes unencrypted is not sent on to https, where nobody would notice', async () => {
  const headers = { 'x-forwarded-proto': 'http', authorization: `Bearer ${user.token}` };
  const paths = ['/api/auth/me', '/trpc/auth.me', `/audio/${randomUUID()}`, '/account/export', '/nowhere'];
  for (const path of paths) {
    const { status } = await from('203.0.113.1', path, { headers });
    expect([status < 300 || status >= 400, path]).toEqual([true, path]);
  }
});

test('of an address only what the proxy in front has written counts', async () => {
  const ask = (forwarded: string) =>
    from(forwarded, '/api/auth/me', { headers: { 'x-real-ip': '198.51.100.1', 'x-user-id': user.userId } });
  const statuses = new Set<number>();
  for (let count = 0; count < perMinute; count++) {
    statuses.add((await ask(`198.51.100.${count}, 203.0.113.2`)).status);
  }
  expect([...statuses]).toEqual([401]);
  expect((await ask('198.51.100.250, 203.0.113.2')).status).toBe(429);
  expect((await ask('203.0.113.2, 203.0.113.3')).status).toBe(401);
});

test('without a proxy nothing that a request says changes where it comes from', async () => {
  await using direct = await startViva({ RATE_LIMIT_PER_MINUTE: '2' });
  const statuses: number[] = [];
  for (let count = 0; count < 3; count++) {
    const headers = { 'x-forwarded-for': `198.51.100.${count}`, 'x-real-ip': `198.51.100.${count}` };
    statuses.push((await fetch(`${direct.url}/api/auth/me`, { headers })).status);
  }
  expect(statuses).toEqual([401, 401, 429]);
});

test('fields that are not the caller’s to set are not set', async () => {
  const { prisma } = server.deps.db;
  const another = await server.signIn();
  const stolen = { id: randomUUID(), userId: another.userId, user: { connect: { id: another.userId } } };
  const before = { createdAt: '2001-01-01T00:00:00.000Z', created_at: '2001-01-01T00:00:00.000Z' };
  const wanted = { jobDescription: 'Baker', questionCount: 1, speakQuestions: false };
  const created = await user.fetch(
    '/trpc/sessions.create',
    post({ ...wanted, ...stolen, ...before, state: 'ended', overallScore: 100 }),
  );
  expect(created.status).toBe(200);
  expect(await prisma.session.count({ where: { userId: another.userId } })).toBe(0);
  const session = await prisma.session.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
  expect(session).toMatchObject({ userId: user.userId, state: 'active' });
  expect(session.id).not.toBe(stolen.id);
  expect(session.createdAt.getFullYear()).toBeGreaterThan(2001);

  const email = `${randomUUID()}@example.org`;
  const claimed = {
    ...stolen,
    ...before,
    kind: 'external',
    issuer: 'https://idp',
    subject: 'root',
    consentedAt: new Date(),
  };
  const account = { email, password: 'a password of its own' };
  expect((await from('203.0.113.4', '/api/auth/register', post({ ...account, ...claimed }))).status).toBe(200);
  const registered = await prisma.user.findUniqueOrThrow({ where: { email } });
  expect(registered).toMatchObject({ kind: 'registered', issuer: null, subject: null, consentedAt: null });
  expect(registered.id).not.toBe(stolen.id);
});

test('fields that are not for the caller’s eyes are not told', async () => {
  const session = await user.viva.sessions.create.mutate({
    jobDescription: 'Baker',
    questionCount: 1,
    speakQuestions: false,
  });
  const questionId = session.questions[0]?.id ?? '';
  const answer = await user.viva.answers.submitText.mutate({ questionId, text: 'I baked bread for ten years.' });
  const told = [
    await user.viva.auth.me.query(),
    await user.viva.sessions.get.query({ sessionId: session.id }),
    await user.viva.answers.get.query({ answerId: answer.id }),
    await user.viva.sessions.list.query({}),
  ];
  const internal = /password|hash|token$|storage|^userId$|issuer|subject|prompt|lease/i;
  expect([...new Set(told.flatMap(keysOf))].filter((key) => internal.test(key))).toEqual([]);
});

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(inner)]);
}

const lineSchema = z.looseObject({ msg: z.string(), time: z.number(), level: z.number() });
/** What the log has gained since then, once this is in it. */
const logged = (since: number, wanted: object) =>
  vi.waitFor(() => {
    const found = lines.slice(since).map((line) => lineSchema.parse(JSON.parse(line)));
    expect(found).toContainEqual(expect.objectContaining(wanted));
  });

test('signing in, being refused and signing out are logged, each with whose account it was', async () => {
  const since = lines.length;
  const email = `${randomUUID()}@example.org`;
  const account = { email, password: 'a password of its own' };
  const tokensSchema = z.object({ token: z.string(), user: z.object({ id: z.string() }) });
  const signIn = async (path: string, body: object) => from('203.0.113.5', `/api/auth/${path}`, post(body));
  const { user: own } = tokensSchema.parse(await (await signIn('register', account)).json());
  await logged(since, { msg: 'signed in', userId: own.id, by: 'registration', requestId: expect.any(String) });
  expect((await signIn('login', { email, password: 'another one' })).status).toBe(401);
  await logged(since, { msg: 'a sign-in was refused', level: 40, accountId: own.id });
  expect((await signIn('login', { ...account, email: `${randomUUID()}@example.org` })).status).toBe(401);
  await logged(since, { msg: 'a sign-in was refused', level: 40, accountId: null });
  const { token } = tokensSchema.parse(await (await signIn('login', account)).json());
  await logged(since, { msg: 'signed in', userId: own.id, by: 'password' });
  await from('203.0.113.5', '/api/auth/logout', post({}, { authorization: `Bearer ${token}` }));
  await logged(since, { msg: 'signed out', userId: own.id, loginId: expect.any(String) });
  expect(lines.slice(since).join('')).not.toContain(email);
});

test('what is refused is logged with who asked for what: another’s things, no token, bad input, too much', async () => {
  const since = lines.length;
  const another = await server.signIn();
  const { id } = await seedInterview(server, another.userId);
  const input = encodeURIComponent(JSON.stringify({ sessionId: id }));
  const line = { msg: 'request finished', requestId: expect.any(String), time: expect.any(Number) };
  await user.fetch(`/trpc/sessions.get?input=${input}`);
  const asked = { procedure: 'sessions.get', userId: user.userId, sessionId: id };
  await logged(since, { ...line, ...asked, status: 404 });
  await from('203.0.113.6', `/trpc/sessions.get?input=${input}`);
  await logged(since, { ...line, procedure: 'sessions.get', sessionId: id, status: 401 });
  await from('203.0.113.6', '/api/auth/register', post({ email: 'none', password: 'x' }));
  await logged(since, { ...line, route: '/api/auth/register', status: 400 });
  for (let count = 0; count <= perMinute; count++) await from('203.0.113.7', '/api/auth/me');
  await logged(since, { ...line, route: '/api/auth/me', status: 429 });
});
