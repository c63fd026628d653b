import type {} from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import { guest } from '../auth/accounts.ts';
import type { AuthDeps } from '../auth/auth.ts';
import { authenticate } from '../auth/authenticate.ts';
import { accessCookie } from '../auth/cookie.ts';
import type { Identity } from '../auth/identity.ts';
import { unauthenticated } from '../auth/refusals.ts';
import { identify } from '../sockets/identity.ts';

export interface Speaker {
  identity: Identity;
  /** Of a guest that was just made, who has no token otherwise. */
  token: string | null;
}

/**
 * Who talks: by the handshake's header or subprotocol, the token in `start`, the cookie, or else as a fresh guest, where
 * guests are taken. Throws `unauthenticated` for a bad token, `forbidden` or `rate_limited`.
 */
export async function speakerOf(auth: AuthDeps, request: FastifyRequest, token: string | undefined): Promise<Speaker> {
  await identify(request, auth, token === undefined ? null : { token });
  if (request.identityError) throw request.identityError;
  const identity = request.identity ?? (await authenticate(auth, { cookieToken: cookieOf(request) }));
  if (identity) return { identity, token: null };
  if (!auth.allowGuests || auth.external) throw unauthenticated();
  const tokens = await guest(auth, {}, { ip: request.ip, identity: null });
  const made = await authenticate(auth, { authorization: `Bearer ${tokens.token}` });
  if (!made) throw unauthenticated();
  return { identity: made, token: tokens.token };
}

/** Of pages of this very host and port only: another page there must not speak in somebody's name. */
function cookieOf(request: FastifyRequest): string | undefined {
  const { origin } = request.headers;
  return origin !== undefined && URL.parse(origin)?.host === request.host ? request.cookies[accessCookie] : undefined;
}
