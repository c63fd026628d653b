import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { guest, login, register } from '../auth/accounts.ts';
import type { AuthDeps } from '../auth/auth.ts';
import { clearAccessCookie, setAccessCookie } from '../auth/cookie.ts';
import { logout, refresh } from '../auth/logins.ts';
import { optionalIdentity, requireIdentity } from '../auth/plugin.ts';
import {
  guestInputSchema,
  loginInputSchema,
  logoutInputSchema,
  refreshInputSchema,
  registerInputSchema,
  type Tokens,
  type User,
  userSchema,
} from '../auth/schemas.ts';
import { giveConsent, me } from '../auth/users.ts';

const tags = ['Identity'];
const security = [{ bearer: [] }];

const userWire = z.object({
  id: z.uuid(),
  kind: userSchema.shape.kind,
  email: userSchema.shape.email,
  name: userSchema.shape.name,
  consented_at: userSchema.shape.consentedAt,
});
const tokensWire = z.object({
  token: z.string().describe('For `Authorization: Bearer`; good for 15 minutes.'),
  expires_at: z.iso.datetime(),
  refresh_token: z.string().describe('Good for one refresh.'),
  user: userWire,
});
const refreshWire = z
  .object({ refresh_token: refreshInputSchema.shape.refreshToken })
  .transform((body) => ({ refreshToken: body.refresh_token }));
const logoutWire = z
  .object({ refresh_token: logoutInputSchema.shape.refreshToken })
  .nullish()
  .transform((body) => ({ refreshToken: body?.refresh_token }));

function userToWire({ consentedAt, ...user }: User): z.output<typeof userWire> {
  return { ...user, consented_at: consentedAt };
}

/** The cookie lets `<audio src>` play; it is accepted for reading only. */
function signedIn(reply: FastifyReply, { token, expiresAt, refreshToken, user }: Tokens): z.output<typeof tokensWire> {
  setAccessCookie(reply, token, expiresAt);
  return { token, expires_at: expiresAt, refresh_token: refreshToken, user: userToWire(user) };
}

const callerOf = (request: FastifyRequest) => ({ ip: request.ip, identity: optionalIdentity(request) });

/** REST twins of the `auth` procedures. */
export async function authRoutes(scope: FastifyInstance, { auth }: { auth: AuthDeps }): Promise<void> {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  const signIn = (summary: string) => ({ tags, summary, response: { 200: tokensWire } });

  app.post(
    '/guest',
    { schema: { ...signIn('Start as a guest'), body: guestInputSchema.nullish() } },
    async (request, reply) => signedIn(reply, await guest(auth, request.body ?? {}, callerOf(request))),
  );
  app.post(
    '/register',
    { schema: { ...signIn('Make an account; a guest keeps its history'), body: registerInputSchema } },
    async (request, reply) => signedIn(reply, await register(auth, request.body, callerOf(request))),
  );
  app.post(
    '/login',
    { schema: { ...signIn('Sign in; a guest’s history moves into the account'), body: loginInputSchema } },
    async (request, reply) => signedIn(reply, await login(auth, request.body, callerOf(request))),
  );
  app.post(
    '/refresh',
    { schema: { ...signIn('Exchange the refresh token for new tokens'), body: refreshWire } },
    async (request, reply) => signedIn(reply, await refresh(auth, request.body)),
  );
  app.post(
    '/logout',
    { schema: { tags, security, summary: 'Sign this device out', body: logoutWire } },
    async (request, reply) => {
      const input = request.body;
      // With a refresh token an expired access token is no reason to refuse.
      await logout(auth, input, input.refreshToken ? request.identity : optionalIdentity(request));
      clearAccessCookie(reply);
      return { status: 'logged out' };
    },
  );
  app.get('/me', { schema: { tags, security, summary: 'Who I am', response: { 200: userWire } } }, async (request) =>
    userToWire(await me(auth, requireIdentity(request))),
  );
  app.post(
    '/consent',
    { schema: { tags, security, summary: 'Agree to being recorded, once', response: { 200: userWire } } },
    async (request) => userToWire(await giveConsent(auth, requireIdentity(request))),
  );
}
