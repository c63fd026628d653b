import type { AuthDeps } from './auth.ts';
import type { Identity } from './identity.ts';
import { unauthenticated } from './refusals.ts';
import { verifyAccessToken } from './tokens.ts';

export interface Credentials {
  /** The `Authorization` header. It comes before the cookie. */
  authorization?: string | undefined;
  cookieToken?: string | undefined;
}

/**
 * Who is asking; null when no credential came along. Asks the database at most every 4 s per login, so a logout
 * shows at once in this process and within 5 s in others. Throws `unauthenticated` for a bad credential, and
 * `unavailable` when another identity provider's keys cannot be had.
 */
export async function authenticate(auth: AuthDeps, credentials: Credentials): Promise<Identity | null> {
  const token =
    credentials.authorization === undefined ? credentials.cookieToken : bearerToken(credentials.authorization);
  if (!token) return null;
  if (auth.external) return auth.external.identify(token);
  const claims = await verifyAccessToken(auth.tokens, token);
  const identity = await auth.logins.find(claims.loginId);
  if (identity?.userId !== claims.userId) throw unauthenticated();
  return identity;
}

/** RFC 6750, 2.1; the scheme's name is case-insensitive (RFC 9110, 11.1). */
function bearerToken(authorization: string): string {
  const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
  if (!token) throw unauthenticated();
  return token;
}
