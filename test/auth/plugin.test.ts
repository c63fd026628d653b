import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guest } from '../../src/auth/accounts.ts';
import { clearAccessCookie, setAccessCookie } from '../../src/auth/cookie.ts';
import { logout } from '../../src/auth/logins.ts';
import { authPlugin, optionalIdentity, requireIdentity } from '../../src/auth/plugin.ts';
import type { Tokens } from '../../src/auth/schemas.ts';
import { DomainError } from '../../src/errors.ts';
import { type AuthWorld, authWorld, identityOf, nobody } from './support/auth-world.ts';

let world: AuthWorld;
let app: FastifyInstance;
let address: string;
let tokens: Tokens;

/** A real server with a route of each kind, in a scope of their own as the real ones are. */
beforeAll(async () => {
  world = await authWorld();
  app = Fastify({ trustProxy: true });
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof DomainError)) throw error;
    return reply.code(error.status).send({ error: error.toPublic() });
  });
  await app.register(cookie);
  await app.register(authPlugin, { auth: world.auth });
  await app.register(async (scope) => {
    scope.get('/public', async () => ({ fine: true }));
    scope.route({
      method: ['GET', 'POST', 'PUT', 'DELETE'],
      url: '/private',
      handler: async (request) => requireIdentity(request),
    });
    scope.get('/optional', async (request) => ({ identity: optionalIdentity(request) }));
    scope.post('/sign-in', async (_request, reply) => {
      setAccessCookie(reply, tokens.token, tokens.expiresAt);
      return {};
    });
    scope.post('/sign-out', async (_request, reply) => {
      clearAccessCookie(reply);
      return {};
    });
  });
  address = await app.listen({ port: 0, host: '127.0.0.1' });
  tokens = await guest(world.auth, {}, nobody);
});
afterAll(async () => {
  await app.close();
  await world[Symbol.asyncDispose]();
});

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${address}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null, cookie: response.headers.get('set-cookie') };
};
const withToken = () => ({ authorization: `Bearer ${tokens.token}` });
const withCookie = () => ({ cookie: `viva_token=${tokens.token}` });

describe('who is asking', () => {
  test('is known from the header, for every method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await ask('/private', { method, headers: withToken() });
      expect(answer).toMatchObject({ status: 200, body: { userId: tokens.user.id, kind: 'guest' } });
    }
  });

  test('is nobody without a credential', async () => {
    expect(await ask('/private')).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    expect(await ask('/optional')).toMatchObject({ status: 200, body: { identity: null } });
  });

  test('does not leak from one request into the next', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => ask('/optional', n % 2 ? { headers: withToken() } : {})),
    );
    expect(answers.map(({ body }) => body.identity?.userId)).toEqual(
      answers.map((_, n) => (n % 2 ? tokens.user.id : undefined)),
    );
  });

  test('a bad credential is refused wherever identity matters, and nowhere else', async () => {
    const headers = { authorization: 'Bearer forged' };
    expect(await ask('/private', { headers })).toMatchObject({ status: 401 });
    expect(await ask('/optional', { headers })).toMatchObject({ status: 401 });
    expect(await ask('/public', { headers })).toMatchObject({ status: 200 });
  });
});

describe('the cookie', () => {
  test('is good for reading', async () => {
    expect(await ask('/private', { headers: withCookie() })).toMatchObject({ body: { userId: tokens.user.id } });
    expect((await ask('/private', { method: 'HEAD', headers: withCookie() })).status).toBe(200);
  });

  test.each(['POST', 'PUT', 'DELETE'])('is worth nothing for %s', async (method) => {
    expect((await ask('/private', { method, headers: withCookie() })).status).toBe(401);
  });

  test('is worth nothing for opening a socket', async () => {
    const response = await app.inject({ url: '/private', headers: { ...withCookie(), upgrade: 'websocket' } });
    expect(response.statusCode).toBe(401);
  });

  test('an expired one keeps nobody from public pages', async () => {
    const headers = { cookie: 'viva_token=expired' };
    expect((await ask('/public', { headers })).status).toBe(200);
    expect((await ask('/private', { headers })).status).toBe(401);
  });

  test('is hidden from scripts and other sites, and Secure over HTTPS only', async () => {
    const plain = (await ask('/sign-in', { method: 'POST' })).cookie ?? '';
    expect(plain.split('; ').sort()).toEqual([
      `Expires=${new Date(tokens.expiresAt).toUTCString()}`,
      'HttpOnly',
      'Path=/',
      'SameSite=Strict',
      `viva_token=${tokens.token}`,
    ]);
    const secure = await ask('/sign-in', { method: 'POST', headers: { 'x-forwarded-proto': 'https' } });
    expect(secure.cookie?.split('; ')).toContain('Secure');
  });

  test('is cleared with the attributes it was set with', async () => {
    const cleared = (await ask('/sign-out', { method: 'POST' })).cookie?.split('; ');
    expect(cleared).toEqual(expect.arrayContaining(['viva_token=', 'Path=/', 'HttpOnly', 'SameSite=Strict']));
    expect(cleared?.join()).toContain('1970');
  });
});

test('after a logout the next request is refused', async () => {
  const gone = await guest(world.auth, {}, nobody);
  const headers = { authorization: `Bearer ${gone.token}` };
  expect((await ask('/private', { headers })).status).toBe(200);
  await logout(world.auth, {}, await identityOf(world.auth, gone));
  expect((await ask('/private', { headers })).status).toBe(401);
});
