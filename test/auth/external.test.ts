import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guest, login, register } from '../../src/auth/accounts.ts';
import { type AuthDeps, createAuth } from '../../src/auth/auth.ts';
import { externalProvider } from '../../src/auth/external.ts';
import { logout, refresh } from '../../src/auth/logins.ts';
import { me } from '../../src/auth/users.ts';
import { quiet } from '../support/quiet.ts';
import { type AuthWorld, authWorld, identityOf, newEmail, nobody, password, secret } from './support/auth-world.ts';
import { audience, issuer, startIdentityProvider, type TestProvider } from './support/identity-provider.ts';

let world: AuthWorld;
let provider: TestProvider;
let auth: AuthDeps;

beforeAll(async () => {
  world = await authWorld();
  provider = await startIdentityProvider(() => world.clock.nowMs);
  auth = world.anotherServer({ config: provider.config });
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = () => Math.floor(world.clock.nowMs / 1000);

describe('a token of the provider', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('signed with %s is good, and its user is made', async (alg) => {
    const token = await provider.token({ name: 'Ada', email: 'ada@example.org' }, alg);
    const identity = await identityOf(auth, { token });
    expect(identity).toEqual({ userId: expect.any(String), kind: 'external', loginId: null });
    expect(await me(auth, identity)).toMatchObject({ kind: 'external', name: 'Ada', email: null });
  });

  test('means the same user on every server, made once however many come first', async () => {
    const servers = Array.from({ length: 10 }, () => world.anotherServer({ config: provider.config }));
    // With the keys at hand already, they all come at the same moment.
    const earlier = await provider.token({ sub: 'earlier' });
    await Promise.all(servers.map((server) => identityOf(server, { token: earlier })));
    const token = await provider.token({ sub: 'ada' });
    const identities = await Promise.all(servers.map((server) => identityOf(server, { token })));
    expect(new Set(identities.map(({ userId }) => userId)).size).toBe(1);
    expect(await world.db.prisma.user.count({ where: { issuer, subject: 'ada' } })).toBe(1);
  });

  test('of the same user later finds the same user', async () => {
    const first = await identityOf(auth, { token: await provider.token({ sub: 'grace' }) });
    world.clock.nowMs += 60_000;
    expect(await identityOf(auth, { token: await provider.token({ sub: 'grace' }) })).toEqual(first);
  });

  test('of a user that was deleted makes a new one', async () => {
    const token = await provider.token();
    const first = await identityOf(auth, { token });
    await world.db.prisma.user.delete({ where: { id: first.userId } });
    world.clock.nowMs += 4_000;
    const second = await identityOf(auth, { token });
    expect(second.userId).not.toBe(first.userId);
    expect(await me(auth, second)).toMatchObject({ kind: 'external' });
  });

  test('is good until it expires, and no longer although it was remembered', async () => {
    const token = await provider.token({ exp: seconds() + 10 });
    await identityOf(auth, { token });
    world.clock.nowMs += 20_000;
    await expect(identityOf(auth, { token })).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('with a strange name is good, without the name', async () => {
    const identity = await identityOf(auth, { token: await provider.token({ name: 'a\0b' }) });
    expect(await me(auth, identity)).toMatchObject({ name: null });
  });
});

describe('refused', () => {
  const forgeries: [string, () => Promise<string> | string][] = [
    ['expired', () => provider.token({ exp: seconds() - 60 })],
    ['no expiry', () => provider.token({ exp: undefined })],
    ['another audience', () => provider.token({ aud: 'another' })],
    ['no audience', () => provider.token({ aud: undefined })],
    ['another issuer', () => provider.token({ iss: 'https://evil.example.org/' })],
    ['no subject', () => provider.token({ sub: undefined })],
    ['an empty subject', () => provider.token({ sub: '' })],
    ['a subject with NUL', () => provider.token({ sub: 'a\0b' })],
    [
      'alg none',
      () => `${encode({ alg: 'none' })}.${encode({ sub: 'x', iss: issuer, aud: audience, exp: seconds() + 60 })}.`,
    ],
    [
      'the published key as an HMAC secret',
      () => {
        const payload = encode({ sub: 'x', iss: issuer, aud: audience, exp: seconds() + 60 });
        const text = `${encode({ alg: 'HS256', kid: 'RS256' })}.${payload}`;
        return `${text}.${createHmac('sha256', provider.publishedJwk).update(text).digest('base64url')}`;
      },
    ],
    [
      'a key of the attacker under a published id',
      () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return new SignJWT({ sub: 'x', iss: issuer, aud: audience, exp: seconds() + 60 })
          .setProtectedHeader({ alg: 'RS256', kid: 'RS256' })
          .sign(privateKey);
      },
    ],
    ['our own kind of token', async () => (await guest(world.auth, {}, nobody)).token],
    ['garbage', () => 'garbage'],
  ];
  test.each(forgeries)('%s', async (_what, forge) => {
    const token = await forge();
    const error = await identityOf(auth, { token }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'unauthenticated',
      message: 'You are not signed in, or your sign-in has expired. Refresh it, or sign in again.',
    });
  });

  test('keys that a token brings along or points to are not asked for', async () => {
    const asked: string[] = [];
    const attackers = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => attackers.listen(0, '127.0.0.1', resolve));
    const address = attackers.address();
    const there = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/keys`;
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'RS256' };
    for (const header of [{ jku: there }, { x5u: there }, { jwk }, { jku: there, kid: 'RS256' }]) {
      const token = await new SignJWT({ sub: 'x', iss: issuer, aud: audience, exp: seconds() + 60 })
        .setProtectedHeader({ alg: 'RS256', ...header })
        .sign(privateKey);
      await expect(identityOf(auth, { token })).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    attackers.close();
    expect(asked).toEqual([]);
  });

  test('unknown key ids do not make us fetch the keys over and over', async () => {
    await identityOf(auth, { token: await provider.token() });
    const before = provider.fetches();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const kid of ['a', 'b', 'c', 'd']) {
      const token = await new SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
      await expect(identityOf(auth, { token })).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    expect(provider.fetches()).toBe(before);
  });
});

describe('a provider in trouble', () => {
  test.each(['failing', 'nonsense', 'silent'] as const)(
    'that is %s means 503, and it heals by itself',
    async (mode) => {
      const { config, token } = provider;
      const fresh = externalProvider({
        db: world.db,
        jwksUrl: config.AUTH_JWKS_URL,
        issuer,
        audience,
        clock: () => world.clock.nowMs,
        timeoutMs: 200,
      });
      const good = await token();
      provider.behaviour.mode = mode;
      await expect(fresh.identify(good)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
      provider.behaviour.mode = 'fine';
      await expect(fresh.identify(good)).resolves.toMatchObject({ kind: 'external' });
    },
  );

  test('that is not there at all means 503', async () => {
    const config = { ...provider.config, AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks.json' };
    const tried = identityOf(world.anotherServer({ config }), { token: await provider.token() });
    await expect(tried).rejects.toMatchObject({ code: 'unavailable' });
  });
});

test('our own sign-in is closed while another provider is trusted', async () => {
  const account = { email: newEmail(), password };
  const tokens = await guest(world.auth, {}, nobody);
  const identity = await identityOf(auth, { token: await provider.token() });
  for (const tried of [
    guest(auth, {}, nobody),
    register(auth, account, nobody),
    login(auth, account, nobody),
    refresh(auth, tokens),
    logout(auth, {}, identity),
  ]) {
    await expect(tried).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('identity provider'),
    });
  }
});

test('keys without issuer and audience are no configuration', () => {
  const config = { ALLOW_GUESTS: true, AUTH_JWKS_URL: provider.config.AUTH_JWKS_URL };
  expect(() => createAuth({ db: world.db, log: quiet, secret, config })).toThrow('AUTH_ISSUER');
});
