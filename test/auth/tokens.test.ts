import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  accessTokens,
  hashRefreshToken,
  issueAccessToken,
  newRefreshToken,
  verifyAccessToken,
} from '../../src/auth/tokens.ts';
import { DomainError } from '../../src/errors.ts';
import { secret } from './support/auth-world.ts';

const nowMs = Date.UTC(2026, 10, 21);
const tokens = () => accessTokens(secret, () => nowMs);
const subject = { userId: randomUUID(), loginId: randomUUID(), kind: 'guest' as const };

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = nowMs / 1000;
const claims = {
  sub: subject.userId,
  sid: subject.loginId,
  kind: 'guest',
  iss: 'viva',
  aud: 'viva',
  iat: seconds,
  exp: seconds + 900,
  jti: randomUUID(),
};
const hs256 = { alg: 'HS256', typ: 'JWT' };
const signed = (payload: object, key: string | Buffer = secret, header: object = hs256, digest = 'sha256') => {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${createHmac(digest, key).update(text).digest('base64url')}`;
};

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rs256 = () => {
  const text = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')}`;
};
const without = (name: keyof typeof claims) => ({ ...claims, [name]: undefined });

describe('access tokens', () => {
  test('carry who it is for 15 minutes', async () => {
    const issued = await issueAccessToken(tokens(), subject);
    expect(issued.expiresAt.getTime()).toBe(nowMs + 15 * 60_000);
    expect(await verifyAccessToken(tokens(), issued.token)).toEqual(subject);
  });

  test('a token crafted by hand with the right key is accepted, so that the forgeries below fail for their own reason', async () => {
    expect(await verifyAccessToken(tokens(), signed(claims))).toEqual(subject);
  });

  const forgeries: [string, () => string][] = [
    ['expired', () => signed({ ...claims, exp: seconds - 1 })],
    ['expiring this very second', () => signed({ ...claims, exp: seconds })],
    ['alg none', () => `${encode({ alg: 'none' })}.${encode(claims)}.`],
    ['alg None', () => `${encode({ alg: 'None' })}.${encode(claims)}.`],
    ['alg none with the signature of HS256', () => signed(claims, secret, { alg: 'none' })],
    ['wrong key', () => signed(claims, `${secret}!`)],
    ['empty key', () => signed(claims, '')],
    ['RS256 with a key of the attacker', rs256],
    ['RS256 in the header over an HMAC with our secret', () => signed(claims, secret, { alg: 'RS256' })],
    [
      'HS256 with a public key as the secret',
      () => signed(claims, rsa.publicKey.export({ type: 'spki', format: 'pem' })),
    ],
    ['HS384 with our secret', () => signed(claims, secret, { alg: 'HS384' }, 'sha384')],
    ['an own key in the header', () => signed(claims, 'mine', { alg: 'HS256', jwk: { kty: 'oct', k: 'bWluZQ' } })],
    ['wrong issuer', () => signed({ ...claims, iss: 'somebody' })],
    ['wrong audience', () => signed({ ...claims, aud: 'somebody' })],
    ['no issuer', () => signed(without('iss'))],
    ['no audience', () => signed(without('aud'))],
    ['no expiry', () => signed(without('exp'))],
    ['no subject', () => signed(without('sub'))],
    ['no login', () => signed(without('sid'))],
    ['a subject that is no id', () => signed({ ...claims, sub: "' or 1=1 --" })],
    ['not valid yet', () => signed({ ...claims, nbf: seconds + 60 })],
    ['a changed payload', () => signed(claims).replace(encode(claims), encode({ ...claims, sub: randomUUID() }))],
    ['no signature', () => signed(claims).split('.').slice(0, 2).join('.')],
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['three dots', () => '...'],
    ['very long', () => 'a'.repeat(100_000)],
  ];

  test.each(forgeries)('refused alike: %s', async (_what, forge) => {
    const error = await verifyAccessToken(tokens(), forge()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({
      code: 'unauthenticated',
      message: 'You are not signed in, or your sign-in has expired. Refresh it, or sign in again.',
    });
  });

  test('a remembered token is forgotten when it expires', async () => {
    const clock = { nowMs };
    const own = accessTokens(secret, () => clock.nowMs);
    const { token } = await issueAccessToken(own, subject);
    await verifyAccessToken(own, token);
    clock.nowMs += 15 * 60_000 - 1;
    await expect(verifyAccessToken(own, token)).resolves.toEqual(subject);
    clock.nowMs += 1;
    await expect(verifyAccessToken(own, token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('a bad token is not remembered as good, nor does it spoil a good one', async () => {
    const own = tokens();
    const good = await issueAccessToken(own, subject);
    const bad = `${good.token.slice(0, -4)}AAAA`;
    for (const _try of [1, 2]) await expect(verifyAccessToken(own, bad)).rejects.toThrow(DomainError);
    await expect(verifyAccessToken(own, good.token)).resolves.toEqual(subject);
  });

  test('jose and we mean the same secret', async () => {
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
    await expect(verifyAccessToken(tokens(), foreign)).resolves.toEqual(subject);
  });
});

test('refresh tokens are 32 random bytes of which only the SHA-256 is for keeping', () => {
  const { refreshToken, tokenHash } = newRefreshToken();
  expect(Buffer.from(refreshToken, 'base64url')).toHaveLength(32);
  expect(tokenHash).toMatch(/^[0-9a-f]{64}$/);
  expect(tokenHash).toBe(hashRefreshToken(refreshToken));
  expect(newRefreshToken().refreshToken).not.toBe(refreshToken);
});
