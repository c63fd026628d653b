import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCallLimit } from '../../src/limits/requests.ts';
import { refusalOf, seedInterview } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answers, bearer, call, connect } from '../trpc/raw-socket.ts';

const perMinute = 40;
const hourMs = 3_600_000;

let server: Viva;
beforeAll(async () => {
  server = await startViva({
    RATE_LIMIT_PER_MINUTE: String(perMinute),
    DAILY_AUDIO_MINUTES: '10',
    DAILY_TOKENS: '1000',
  });
});
afterAll(() => server?.close());

/** By the address of the guest that is made, which a proxy would tell. */
const flood = (who: SignedIn, count: number, path = '/trpc/auth.me') =>
  Promise.all(Array.from({ length: count }, () => who.fetch(path)));

describe('calls per minute', () => {
  test('one user’s flood is refused with Retry-After everywhere, and nobody else’s calls are', async () => {
    const [flooding, other] = [await server.signIn(), await server.signIn()];
    await flood(flooding, perMinute);
    for (const path of ['/trpc/auth.me', '/trpc/auth.me,auth.me?batch=1', '/audio-interview/history', '/audio/x']) {
      const refused = await flooding.fetch(path);
      expect([path, refused.status]).toEqual([path, 429]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await refusalOf(flooding.viva.auth.me.query())).toMatchObject({ code: 'rate_limited', status: 429 });
    await expect(connect(server.url, bearer(flooding.token))).rejects.toThrow('429');
    expect((await other.fetch('/trpc/auth.me')).status).toBe(200);
  });

  test('many guests of one address, or of one customer’s IPv6 network, have ten times the limit together', async () => {
    const count = createCallLimit({ perMinute: 2 });
    const guest = (number: number) => ({ userId: String(number), loginId: null, kind: 'guest' as const });
    for (let number = 0; number < 20; number++) await count({ identity: guest(number), ip: `2001:db8::${number}` });
    await expect(count({ identity: guest(20), ip: '2001:db8::ffff' })).rejects.toMatchObject({ code: 'rate_limited' });
    await count({ identity: guest(20), ip: '2001:db8:1::1' });
    await count({ identity: null, ip: '2001:db8::1' });
  });

  test('the calls of a batch and of a socket count each', async () => {
    const user = await server.signIn();
    const batch = `/trpc/${Array(20).fill('auth.me').join()}?batch=1`;
    expect((await user.fetch(batch)).status).toBe(200);
    const socket = await connect(server.url, bearer(user.token));
    for (let id = 1; id <= perMinute; id++) socket.send(call(id, 'query', 'auth.me'));
    expect(await socket.next(answers(1))).toMatchObject({ result: { data: {} } });
    expect(await socket.next(answers(perMinute))).toMatchObject({
      error: { data: { httpStatus: 429, error: { code: 'rate_limited', retryAfterMs: expect.any(Number) } } },
    });
    socket.socket.close();
    const refused = await user.fetch(batch);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });
});

test('login is stricter, and tells how long to wait over tRPC as well', async () => {
  const guess = () =>
    fetch(`${server.url}/trpc/auth.login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'nobody@example.org', password: 'a wrong password' }),
    });
  for (let failures = 0; failures < 10; failures++) expect((await guess()).status).toBe(401);
  const refused = await guess();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  expect(await refused.json()).toMatchObject({ error: { data: { error: { code: 'rate_limited' } } } });
});

describe('a day’s consumption', () => {
  const book = (userId: string, usage: { capability: string; audioMs?: number; inputTokens?: number }, agoMs: number) =>
    server.deps.db.prisma.usage.create({
      data: { userId, model: 'm', createdAt: new Date(Date.now() - agoMs), ...usage },
    });

  test('minutes: refused at every door that costs, until the oldest of them is a day old', async () => {
    const user = await server.signIn();
    const { id: sessionId, questionIds } = await seedInterview(server, user.userId);
    await book(user.userId, { capability: 'transcribe', audioMs: 5 * 60_000 }, 25 * hourMs);
    await book(user.userId, { capability: 'transcribe', audioMs: 6 * 60_000 }, 22 * hourMs);
    await book(user.userId, { capability: 'speak', audioMs: 60 * 60_000 }, hourMs);
    await book(user.userId, { capability: 'listen', audioMs: 6 * 60_000 }, hourMs);
    const refused = [
      user.viva.chat.begin.mutate({ sessionId }),
      user.viva.uploadAnswer(questionIds[0], new Blob(['x'])),
      user.viva.uploadTurn(sessionId, new Blob(['x'])),
      user.viva.realtime.createClientSecret.mutate({}),
      user.viva.realtime.createCall.mutate({ sdp: 'v=0' }),
      user.viva.realtime.createChatKitSession.mutate(),
      user.viva.sessions.create.mutate({ jobDescription: 'Baker of bread and cakes, early', questionCount: 1 }),
    ];
    for (const refusal of await Promise.all(refused.map(refusalOf))) {
      expect(refusal).toMatchObject({ code: 'rate_limited', status: 429 });
      expect(refusal.message).toBe(
        'You have used up your 10 minutes of speech for 24 hours. There is room again in 2 hours.',
      );
    }
    const asked = await user.fetch('/api/voice/ask', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"Hello"}',
    });
    expect(asked.status).toBe(429);
    const waitS = Number(asked.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(2 * 3600 - 60);
    expect(waitS).toBeLessThanOrEqual(2 * 3600);
    // What costs nothing goes on, and so does everybody else.
    expect(await user.viva.answers.submitText.mutate({ questionId: questionIds[0], text: 'I baked.' })).toBeTruthy();
    const other = await server.signIn();
    const theirs = await seedInterview(server, other.userId);
    await other.viva.chat.begin.mutate({ sessionId: theirs.id });
  });

  test('tokens: an evaluation is refused, and told apart from minutes', async () => {
    const user = await server.signIn();
    const { id: sessionId, questionIds } = await seedInterview(server, user.userId);
    await user.viva.answers.submitText.mutate({
      questionId: questionIds[0],
      text: 'I baked bread, and saved 20 percent.',
    });
    await book(user.userId, { capability: 'evaluate', inputTokens: 1_000 }, 23.5 * hourMs);
    const refusal = await refusalOf(user.viva.evaluation.run.mutate({ sessionId }));
    expect(refusal.message).toBe('You have used up your 1,000 tokens for 24 hours. There is room again in 30 minutes.');
  });

  test('what is consumed now counts at once', async () => {
    const user = await server.signIn();
    await server.deps.product.allowance.require(user.userId);
    expect(server.deps.product.allowance.require(user.userId)).toBeUndefined();
    await book(user.userId, { capability: 'chat', inputTokens: 2_000 }, 0);
    server.deps.product.allowance.consumed(user.userId, { tokens: 2_000 });
    await expect(server.deps.product.allowance.require(user.userId)).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

test('a user has so many places for each kind of work, and others have theirs', () => {
  const { places } = server.deps.product;
  const taken = Array.from({ length: 20 }, () => places.take('uploads', 'a'));
  expect(() => places.take('uploads', 'a')).toThrow(
    expect.objectContaining({ code: 'rate_limited', retryAfterMs: 2_000 }),
  );
  places.take('uploads', 'b')[Symbol.dispose]();
  places.take('turns', 'a')[Symbol.dispose]();
  for (const place of taken) place[Symbol.dispose]();
  places.take('uploads', 'a')[Symbol.dispose]();
});
