import { DomainError } from '../errors.ts';
import type { AuthDeps } from './auth.ts';
import type { Identity } from './identity.ts';
import { refreshRefused, unauthenticated } from './refusals.ts';
import type { LogoutInput, RefreshInput, Tokens } from './schemas.ts';
import { hashRefreshToken, issueAccessToken, newRefreshToken, nextRefreshToken } from './tokens.ts';
import { asUser, type UserRow } from './users.ts';

const dayMs = 24 * 60 * 60_000;

/** Each refresh extends a login by this much, so whoever comes back every month stays signed in. */
const loginLifetimeMs = 30 * dayMs;
/**
 * After so long a password is asked for again, however often the login was extended (OWASP ASVS 5.0, 7.3.2). A guest has
 * none to give: that would take the history away for good.
 */
const longestLoginMs = 180 * dayMs;

/** A client that missed our answer, or its other tab, returns the old token within this; a thief comes later. */
const reuseGraceMs = 10_000;

/** What somebody was signed in by, for the log (OWASP ASVS 5.0, 16.3.1). */
export type SignInWay = 'guest' | 'registration' | 'password';

/** Throws `forbidden` when another identity provider signs people in. */
export function refuseWhenExternal(auth: AuthDeps): void {
  if (!auth.external) return;
  throw new DomainError('forbidden', 'This server does not sign people in itself. Sign in at its identity provider.');
}

/** Signs a device in, and tells the log so. */
export async function openLogin(auth: AuthDeps, user: UserRow, by: SignInWay): Promise<Tokens> {
  const { refreshToken, tokenHash } = newRefreshToken();
  const createdAt = new Date(auth.clock());
  const expiresAt = new Date(createdAt.getTime() + loginLifetimeMs);
  const login = await auth.db.prisma.login.create({ data: { userId: user.id, tokenHash, createdAt, expiresAt } });
  auth.log.info({ userId: user.id, loginId: login.id, by }, 'signed in');
  return tokensFor(auth, user, login.id, refreshToken);
}

/**
 * Exchanges a refresh token for the next one. Asking again within 10 s gives the same next token, so that a lost answer
 * costs nobody a login; a token that comes back later ends the whole login, for it has been stolen (RFC 9700, 4.14.2).
 * Throws `unauthenticated`, and `forbidden` with another identity provider.
 */
export async function refresh(auth: AuthDeps, input: RefreshInput): Promise<Tokens> {
  refuseWhenExternal(auth);
  const now = new Date(auth.clock());
  const oldHash = hashRefreshToken(input.refreshToken);
  const { refreshToken, tokenHash } = nextRefreshToken(auth.tokens, input.refreshToken);
  const [login] = await auth.db.prisma.login.updateManyAndReturn({
    where: {
      tokenHash: oldHash,
      revokedAt: null,
      expiresAt: { gt: now },
      OR: [{ createdAt: { gt: new Date(now.getTime() - longestLoginMs) } }, { user: { kind: 'guest' } }],
    },
    data: {
      tokenHash,
      previousTokenHash: oldHash,
      rotatedAt: now,
      expiresAt: new Date(now.getTime() + loginLifetimeMs),
    },
    include: { user: true },
  });
  const known = login ?? (await exchangedJustNow(auth, oldHash, now));
  return tokensFor(auth, known.user, known.id, refreshToken);
}

async function exchangedJustNow(auth: AuthDeps, tokenHash: string, now: Date) {
  const where = { previousTokenHash: tokenHash };
  const login = await auth.db.prisma.login.findUnique({ where, include: { user: true } });
  if (!login || login.revokedAt) throw refreshRefused();
  if (now.getTime() - login.rotatedAt.getTime() <= reuseGraceMs) return login;
  await revoke(auth, [login.id]);
  auth.log.warn({ loginId: login.id, userId: login.userId }, 'a used refresh token came back: the login was ended');
  throw refreshRefused();
}

/**
 * Ends the login of the caller, of the refresh token, or both: access tokens stop at once here and within 5 s on other
 * servers, and so do open streams. Doing it twice is fine. Throws `unauthenticated` when neither is given, and
 * `forbidden` for tokens of another identity provider, which cannot be revoked here.
 */
export async function logout(auth: AuthDeps, input: LogoutInput, identity: Identity | null): Promise<void> {
  refuseWhenExternal(auth);
  if (!identity?.loginId && !input.refreshToken) throw unauthenticated();
  const ids = identity?.loginId ? [identity.loginId] : [];
  if (input.refreshToken) {
    const hash = hashRefreshToken(input.refreshToken);
    const found = await auth.db.prisma.login.findMany({
      where: { OR: [{ tokenHash: hash }, { previousTokenHash: hash }] },
    });
    ids.push(...found.map((login) => login.id));
  }
  await revoke(auth, ids);
  for (const loginId of new Set(ids)) auth.log.info({ loginId }, 'signed out');
}

/** The database first: what it says is what another look would find. */
export async function revoke(auth: AuthDeps, loginIds: string[]): Promise<void> {
  await auth.db.prisma.login.updateMany({
    where: { id: { in: loginIds }, revokedAt: null },
    data: { revokedAt: new Date(auth.clock()) },
  });
  auth.logins.end(loginIds);
}

/** Housekeeping: removes logins that ended over a day ago. Returns how many. */
export async function deleteEndedLogins(auth: AuthDeps): Promise<number> {
  const yesterday = new Date(auth.clock() - dayMs);
  const { count } = await auth.db.prisma.login.deleteMany({
    where: { OR: [{ expiresAt: { lt: yesterday } }, { revokedAt: { lt: yesterday } }] },
  });
  return count;
}

async function tokensFor(auth: AuthDeps, user: UserRow, loginId: string, refreshToken: string): Promise<Tokens> {
  const access = await issueAccessToken(auth.tokens, { userId: user.id, loginId, kind: user.kind });
  return { token: access.token, expiresAt: access.expiresAt.toISOString(), refreshToken, user: asUser(user) };
}
