import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuthDeps } from './auth.ts';
import { authenticate } from './authenticate.ts';
import { accessCookie } from './cookie.ts';
import type { Identity } from './identity.ts';
import { unauthenticated } from './refusals.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking, or null. For anything that matters use `requireIdentity` or `optionalIdentity`. */
    identity: Identity | null;
    /** Why the credential was not accepted. */
    identityError: unknown;
  }
}

/**
 * Finds out who is asking before any route runs. A bad credential is no error yet: an expired cookie must not keep
 * anybody from the sign-in page. Routes that ask for the identity throw it. Register `@fastify/cookie` before.
 */
export const authPlugin = Object.assign(registerAuth, {
  // The decorations are for the whole app, not for this plugin's scope.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'auth',
});

async function registerAuth(app: FastifyInstance, { auth }: { auth: AuthDeps }): Promise<void> {
  app.decorateRequest('identity', null);
  app.decorateRequest('identityError', null);
  app.addHook('onRequest', async (request) => {
    const { authorization } = request.headers;
    const cookieToken = mayUseCookie(request) ? request.cookies[accessCookie] : undefined;
    try {
      request.identity = await authenticate(auth, { authorization, cookieToken });
    } catch (error) {
      request.identityError = error;
    }
  });
}

/**
 * Reading only: then another site can do nothing with it. It is there for `<audio src>`, which cannot send headers.
 * Sockets write, and a page on another port of this host counts as the same site.
 */
function mayUseCookie(request: FastifyRequest): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && request.headers.upgrade === undefined;
}

/** The caller, or null without a credential. Throws what `authenticate` threw for a bad one. */
export function optionalIdentity(request: FastifyRequest): Identity | null {
  if (request.identityError) throw request.identityError;
  return request.identity;
}

/** The caller. Throws `unauthenticated` when there is none, and as `optionalIdentity`. */
export function requireIdentity(request: FastifyRequest): Identity {
  const identity = optionalIdentity(request);
  if (!identity) throw unauthenticated();
  return identity;
}
