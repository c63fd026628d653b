import { createHash, createHmac, createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type ExpiringCache, expiringCache } from './expiring-cache.ts';
import { unauthenticated } from './refusals.ts';

const party = 'viva';
const accessTokenSeconds = 15 * 60;

export interface AccessTokens {
  key: KeyObject;
  clock: () => number;
  verified: ExpiringCache<AccessClaims>;
}

/** What an access token says. The account behind it may have changed since. */
export interface AccessClaims {
  userId: string;
  loginId: string;
  kind: 'guest' | 'registered' | 'external';
}

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  kind: z.enum(['guest', 'registered', 'external']),
  exp: z.number(),
});

export function accessTokens(secret: string, clock: () => number): AccessTokens {
  return {
    key: createSecretKey(Buffer.from(secret, 'utf8')),
    clock,
    verified: expiringCache({ max: 20_000, clock }),
  };
}

/** A JWT (HS256) that is good for 15 minutes. */
export async function issueAccessToken(
  tokens: AccessTokens,
  { userId, loginId, kind }: AccessClaims,
): Promise<{ token: string; expiresAt: Date }> {
  const now = Math.floor(tokens.clock() / 1000);
  const expires = now + accessTokenSeconds;
  const token = await new SignJWT({ kind, sid: loginId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(userId)
    .setIssuer(party)
    .setAudience(party)
    .setIssuedAt(now)
    .setExpirationTime(expires)
    .setJti(randomUUID())
    .sign(tokens.key);
  return { token, expiresAt: new Date(expires * 1000) };
}

/**
 * Checks signature, algorithm, issuer, audience and time. A good token is remembered until it expires, because
 * checking costs 80 µs. Throws `unauthenticated`, in the same words whatever is wrong.
 */
export async function verifyAccessToken(tokens: AccessTokens, token: string): Promise<AccessClaims> {
  const known = tokens.verified.get(token);
  if (known) return known;
  try {
    const { payload } = await jwtVerify(token, tokens.key, {
      algorithms: ['HS256'],
      issuer: party,
      audience: party,
      requiredClaims: ['iat', 'exp', 'jti'],
      currentDate: new Date(tokens.clock()),
    });
    const { sub, sid, kind, exp } = claimsSchema.parse(payload);
    const claims = { userId: sub, loginId: sid, kind };
    tokens.verified.set(token, claims, exp * 1000);
    return claims;
  } catch (error) {
    throw unauthenticated(error);
  }
}

/** 256 random bits. Only the hash is stored, so a copy of the database signs nobody in. */
export function newRefreshToken(): { refreshToken: string; tokenHash: string } {
  const refreshToken = randomBytes(32).toString('base64url');
  return { refreshToken, tokenHash: hashRefreshToken(refreshToken) };
}

/**
 * The token that follows another, always the same one: a client that missed our answer asks again and gets what it
 * missed, instead of losing its login. Without our secret nobody can tell it.
 */
export function nextRefreshToken({ key }: AccessTokens, previous: string): { refreshToken: string; tokenHash: string } {
  const refreshToken = createHmac('sha256', key).update(`refresh:${previous}`).digest('base64url');
  return { refreshToken, tokenHash: hashRefreshToken(refreshToken) };
}

/** SHA-256 is enough for a secret that is random: there is nothing to guess. */
export function hashRefreshToken(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}
