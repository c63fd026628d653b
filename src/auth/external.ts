import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Database } from '../db/client.ts';
import { DomainError } from '../errors.ts';
import { expiringCache } from './expiring-cache.ts';
import type { Identity } from './identity.ts';
import { unauthenticated } from './refusals.ts';

/** Asymmetric ones only: a provider's public key must never serve as an HMAC secret (RFC 8725, 2.1). */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const clockToleranceSeconds = 5;

/** A key that the provider withdraws is trusted no longer than this. */
const verifiedForMs = 5 * 60_000;
/** How long a user row is taken to be still there. */
const userForMs = 4_000;

export interface ExternalProvider {
  /** Whose token it is; the user is created on first sight. Throws `unauthenticated`, or `unavailable` without keys. */
  identify(token: string): Promise<Identity>;
  /** To be called when a user was deleted. Whoever comes again with a token of the provider begins anew. */
  forget(subject: string): void;
}

export interface ExternalProviderOptions {
  db: Database;
  jwksUrl: string;
  issuer: string;
  audience: string;
  clock: () => number;
  timeoutMs?: number;
}

const claimsSchema = z.object({
  sub: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}*$/u),
  exp: z.number(),
  // The e-mail is left out: nothing here proves that it is the user's own, and it must not open another's account.
  name: z
    .string()
    .max(100)
    .regex(/^\P{Cc}+$/u)
    .nullable()
    .catch(null),
});

type Subject = Pick<z.output<typeof claimsSchema>, 'sub' | 'name'>;

/** Trusts the tokens of somebody else's identity provider: OpenID Connect or any JWTs signed with published keys. */
export function externalProvider(options: ExternalProviderOptions): ExternalProvider {
  const { db, issuer, audience, clock } = options;
  const keys = publishedKeys(new URL(options.jwksUrl), options.timeoutMs ?? 5_000);
  const verified = expiringCache<Subject>({ max: 20_000, clock });
  const users = expiringCache<Promise<Identity>>({ max: 20_000, clock });

  async function verify(token: string): Promise<Subject> {
    const known = verified.get(token);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock()),
      });
      const { exp, ...subject } = claimsSchema.parse(payload);
      verified.set(token, subject, Math.min((exp + clockToleranceSeconds) * 1000, clock() + verifiedForMs));
      return subject;
    } catch (error) {
      throw error instanceof DomainError ? error : unauthenticated(error);
    }
  }

  function userOf(subject: Subject): Promise<Identity> {
    const fresh = users.get(subject.sub);
    if (fresh) return fresh;
    const asked = findOrCreateUser(db, issuer, subject);
    users.set(subject.sub, asked, clock() + userForMs);
    asked.catch(() => users.get(subject.sub) === asked && users.delete(subject.sub));
    return asked;
  }

  return {
    identify: async (token) => userOf(await verify(token)),
    forget(subject) {
      verified.deleteWhere(({ sub }) => sub === subject);
      users.delete(subject);
    },
  };
}

/** Keys of the provider, fetched when needed and kept for ten minutes. */
function publishedKeys(url: URL, timeoutMs: number): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, { timeoutDuration: timeoutMs });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      // These two are about the token; everything else is about reaching the provider.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new DomainError(
        'unavailable',
        'The identity provider cannot be reached right now, so your sign-in could not be checked. Try again shortly.',
        { cause: error, retryAfterMs: 5_000 },
      );
    }
  };
}

/** Two first requests at once make one user: the unique key decides, and both then read it. */
async function findOrCreateUser(db: Database, issuer: string, { sub, name }: Subject): Promise<Identity> {
  const find = () =>
    db.pool.query<{ userId: string }>('select id as "userId" from users where issuer = $1 and subject = $2', [
      issuer,
      sub,
    ]);
  let { rows } = await find();
  if (!rows[0]) {
    await db.prisma.user.createMany({
      data: [{ kind: 'external', issuer, subject: sub, name }],
      skipDuplicates: true,
    });
    ({ rows } = await find());
  }
  if (!rows[0]) throw new Error('the user of the identity provider was deleted while signing in');
  return { userId: rows[0].userId, kind: 'external', loginId: null };
}
