import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { interview } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answers, bearer, call, connect, subscribe } from './raw-socket.ts';

const allowed = 'https://practice.example';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva({ CORS_ORIGINS: allowed });
  user = await server.signIn();
});
afterAll(() => server?.close());

const refusal = (code: string) => ({ error: { data: { error: { code, message: expect.any(String) } } } });
const started = { result: { type: 'started' } };
/** Proves that the server goes on as if nothing had been. */
const alive = async () => expect(await user.viva.auth.me.query()).toMatchObject({ id: user.userId });

describe('a token', () => {
  it.each([
    ['the Authorization header', () => bearer(user.token)],
    ['the connection parameters', () => ({ params: { token: user.token } })],
    ['a subprotocol beside another', () => ({ protocols: ['viva', `bearer.${user.token}`] })],
  ])('is taken from %s', async (_where, how) => {
    const { send, next, socket } = await connect(server.url, how());
    send(call(1, 'query', 'auth.me'));
    expect(await next(answers(1))).toMatchObject({ result: { data: { id: user.userId } } });
    expect(socket.protocol).not.toContain(user.token);
    socket.close();
  });

  it('is never taken from a cookie', async () => {
    const { send, next, closed } = await connect(server.url, { headers: { cookie: `viva_token=${user.token}` } });
    send(call(1, 'query', 'auth.me'));
    expect(await next(answers(1))).toMatchObject(refusal('unauthenticated'));
    expect(await closed).toMatchObject({ code: 4401 });
  });

  it.each([
    ['in the header', () => bearer('wrong')],
    ['in the parameters', () => ({ params: { token: 'wrong' } })],
    ['in the subprotocol', () => ({ protocols: ['viva', 'bearer.wrong'] })],
    ['that is none at all', () => ({ params: {} })],
  ])('that is wrong %s is refused in the same words as over HTTP, then the socket is closed', async (_where, how) => {
    const session = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
    const { send, next, closed } = await connect(server.url, how());
    send([subscribe(1, session.id), call(2, 'query', 'auth.me')]);
    const response = await fetch(`${server.url}/trpc/auth.me`, { headers: { authorization: 'Bearer wrong' } });
    const { error } = await response.json();
    for (const id of [1, 2])
      expect(await next(answers(id))).toMatchObject({ error: { data: { error: error.data.error } } });
    expect(await closed).toEqual({ code: 4401, reason: expect.stringMatching(/^unauthenticated: /) });
  });

  it('that is signed out ends the streams with the reason, and the socket', async () => {
    const guest = await server.signIn();
    const session = await guest.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
    const { send, next, messages, closed } = await connect(server.url, bearer(guest.token));
    send(subscribe(1, session.id));
    await next(answers(1));
    await guest.viva.auth.logout.mutate();
    expect(await closed).toMatchObject({ code: 4401 });
    expect(messages).toMatchObject([
      started,
      { id: 1, ...refusal('unauthenticated') },
      { result: { type: 'stopped' } },
    ]);
  });

  it('may be had over the socket itself', async () => {
    const { send, next, socket } = await connect(server.url);
    send(call(1, 'mutation', 'auth.guest', {}));
    expect(await next(answers(1))).toMatchObject({ result: { data: { token: expect.any(String) } } });
    socket.close();
  });
});

describe('a page', () => {
  it.each([
    ['of an allowed origin', allowed],
    ['of this host', () => server.url],
  ])('%s may connect', async (_which, origin) => {
    const { socket } = await connect(server.url, { origin: typeof origin === 'string' ? origin : origin() });
    socket.close();
  });

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])('of %s may not', async (origin) => {
    await expect(connect(server.url, { origin, ...bearer(user.token) })).rejects.toThrow('403');
  });
});

describe('what breaks the rules', () => {
  const open = () => connect(server.url, bearer(user.token));

  it('is closed as a flood', async () => {
    const { socket, closed } = await open();
    for (let sent = 0; sent < 1_000; sent++) socket.send('PING');
    expect(await closed).toEqual({ code: 1008, reason: expect.stringMatching(/^rate_limited: /) });
    await alive();
  });

  it('is closed as a flood of calls in batches, too', async () => {
    const { send, closed } = await open();
    const batch = Array.from({ length: 50 }, (_, index) => call(index + 1, 'query', 'voices.list'));
    for (let sent = 0; sent < 5; sent++) send(batch);
    expect(await closed).toMatchObject({ code: 1008 });
    await alive();
  });

  it('is closed as an oversize message before it has arrived', async () => {
    const { socket, closed } = await open();
    socket.send(Buffer.alloc(2 ** 20 + 1, ' '), { binary: false });
    expect(await closed).toMatchObject({ code: 1009 });
    await alive();
  });

  it('may be as large as allowed', async () => {
    const { send, next, socket } = await open();
    send(call(1, 'query', 'auth.me', '.'.repeat(2 ** 20 - 200)));
    expect(await next(answers(1))).toMatchObject({ result: { data: { id: user.userId } } });
    socket.close();
  });

  it.each([
    ['garbage', '{"id":1,', false],
    ['null', 'null', false],
    ['a number', '7', false],
    ['no method', '{"id":1}', false],
    ['deep nesting', '['.repeat(200_000), false],
    ['binary', Buffer.from([0xff, 0x00, 0x01]), true],
    ['JSON in binary', '{"id":1,"method":"query","params":{"path":"auth.me"}}', true],
  ] as const)('is answered when it is %s, and the socket stays', async (_what, data, binary) => {
    const { socket, send, next } = await open();
    socket.send(data, { binary });
    expect(await next(answers(null))).toMatchObject(refusal('invalid_input'));
    send(call(2, 'query', 'auth.me'));
    expect(await next(answers(2))).toMatchObject({ result: { data: { id: user.userId } } });
    socket.close();
  });

  it('is closed when it is no text at all', async () => {
    const { socket, closed } = await open();
    socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await closed).toMatchObject({ code: 1007 });
    await alive();
  });

  it('is refused beyond 50 subscriptions on a socket', async () => {
    const session = await interview(user);
    const { send, next, messages, socket } = await open();
    send(Array.from({ length: 50 }, (_, index) => subscribe(index + 1, session.id)));
    await vi.waitFor(() => expect(messages.length).toBe(50));
    send(subscribe(51, session.id));
    expect(await next((message) => answers(51)(message) && 'error' in Object(message))).toMatchObject(
      refusal('conflict'),
    );
    send({ id: 1, method: 'subscription.stop' });
    await next((message) => answers(1)(message) && JSON.stringify(message).includes('stopped'));
    send(subscribe(52, session.id));
    expect(await next(answers(52))).toMatchObject(started);
    socket.close();
  });
});

it('one user has 20 sockets, and room again after closing one', async () => {
  const guest = await server.signIn();
  const open = async () => {
    const raw = await connect(server.url, { params: { token: guest.token } });
    raw.send(call(1, 'query', 'auth.me'));
    return raw;
  };
  const sockets = [];
  for (let count = 0; count < 20; count++) sockets.push(await open());
  for (const { next } of sockets) expect(await next(answers(1))).toMatchObject({ result: {} });
  const surplus = await open();
  expect(await surplus.closed).toEqual({ code: 1008, reason: expect.stringMatching(/^rate_limited: /) });
  expect(surplus.messages[0]).toMatchObject({ id: null, ...refusal('rate_limited') });
  sockets[0]?.socket.close();
  await sockets[0]?.closed;
  const again = await open();
  expect(await again.next(answers(1))).toMatchObject({ result: {} });
  for (const { socket } of [...sockets, again]) socket.close();
});

test('the handshake counts as a request', async () => {
  await using limited = await startViva({ RATE_LIMIT_PER_MINUTE: '3' });
  const sockets = [];
  for (let count = 0; count < 3; count++) sockets.push(await connect(limited.url));
  await expect(connect(limited.url)).rejects.toThrow('429');
  for (const { socket } of sockets) socket.close();
});

describe('elsewhere', () => {
  it.each(['/health/live', '/no-such-route', '/trpc/auth.me', '/%ff'])('%s is no WebSocket', async (path) => {
    const upgrade = request(new URL(path, server.url), {
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      },
    }).end();
    const [response] = await once(upgrade, 'response');
    expect(response.statusCode).toBe(path === '/%ff' ? 400 : 404);
    response.resume();
    await once(response, 'end');
  });

  it('other protocols on offer are declined by a plain answer', async () => {
    const offered = request(new URL('/health/live', server.url), {
      agent: false,
      headers: { connection: 'Upgrade', upgrade: 'h2c' },
    }).end();
    const [response] = await once(offered, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it('/trpc without an upgrade is the same as any wrong address', async () => {
    const response = await fetch(`${server.url}/trpc`);
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
  });
});
