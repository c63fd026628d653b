import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { guest, login, register } from '../auth/accounts.ts';
import { consentEntrySchema, giveConsent, listConsents, withdrawConsent } from '../auth/consent.ts';
import { clearAccessCookie, setAccessCookie } from '../auth/cookie.ts';
import { deleteAccount, deleteAccountInputSchema } from '../auth/delete-account.ts';
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
import { me } from '../auth/users.ts';
import type { Deps } from '../deps.ts';
import { byAddress } from '../idempotency/owner.ts';
import { deletionSchema, eraseUser } from '../interview/account-deletion.ts';

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

const { filesLeft, ...deletedCounts } = deletionSchema.shape;
const deletionWire = z.object({ ...deletedCounts, files_left: filesLeft });

function userToWire({ consentedAt, ...user }: User): z.output<typeof userWire> {
  return { ...user, consented_at: consentedAt };
}

/** The cookie lets `<audio src>` play; it is accepted for reading only. */
function signedIn(reply: FastifyReply, { token, expiresAt, refreshToken, user }: Tokens): z.output<typeof tokensWire> {
  setAccessCookie(reply, token, expiresAt);
  return { token, expires_at: expiresAt, refresh_token: refreshToken, user: userToWire(user) };
}

const config = { idempotencyOwner: byAddress };

const callerOf = (request: FastifyRequest) => ({ ip: request.ip, identity: optionalIdentity(request) });

/** REST twins of the `auth` procedures. */
export async function authRoutes(scope: FastifyInstance, deps: Pick<Deps, 'auth' | 'product'>): Promise<void> {
  const { auth } = deps;
  const app = scope.withTypeProvider<ZodTypeProvider>();
  const signIn = (summary: string) => ({ tags, summary, response: { 200: tokensWire } });

  app.post(
    '/guest',
    { config, schema: { ...signIn('Start as a guest'), body: guestInputSchema.nullish() } },
    async (request, reply) => signedIn(reply, await guest(auth, request.body ?? {}, callerOf(request))),
  );
  app.post(
    '/register',
    { config, schema: { ...signIn('Make an account; a guest keeps its history'), body: registerInputSchema } },
    async (request, reply) => signedIn(reply, await register(auth, request.body, callerOf(request))),
  );
  app.post(
    '/login',
    { config, schema: { ...signIn('Sign in; a guest’s history moves into the account'), body: loginInputSchema } },
    async (request, reply) => signedIn(reply, await login(auth, request.body, callerOf(request))),
  );
  app.post(
    '/refresh',
    { config, schema: { ...signIn('Exchange the refresh token for new tokens'), body: refreshWire } },
    async (request, reply) => signedIn(reply, await refresh(auth, request.body)),
  );
  app.post(
    '/logout',
    { config, schema: { tags, security, summary: 'Sign this device out', body: logoutWire } },
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
  await accountRoutes(scope, deps);
}

const withdrawal = 'Take the consent to being recorded back; what was recorded before stays until it is deleted';

async function accountRoutes(scope: FastifyInstance, { auth, product }: Pick<Deps, 'auth' | 'product'>): Promise<void> {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.delete(
    '/consent',
    { schema: { tags, security, summary: withdrawal, response: { 200: userWire } } },
    async (request) => userToWire(await withdrawConsent(auth, requireIdentity(request))),
  );
  app.get(
    '/consents',
    {
      schema: {
        tags,
        security,
        summary: 'What was agreed to and taken back, newest first',
        response: { 200: z.object({ consents: z.array(consentEntrySchema) }) },
      },
    },
    async (request) => ({ consents: await listConsents(auth, requireIdentity(request)) }),
  );
  app.delete(
    '/account',
    {
      // Who is asking comes before what: a stranger learns nothing from how a body is refused.
      onRequest: async (request) => void requireIdentity(request),
      schema: {
        tags,
        security,
        summary: 'Delete the account with everything in it, and sign every device out',
        body: deleteAccountInputSchema,
        response: { 200: deletionWire },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      const erase = () => eraseUser(product, identity.userId);
      const { filesLeft, ...deleted } = await deleteAccount(auth, request.body, { identity, ip: request.ip, erase });
      clearAccessCookie(reply);
      return { ...deleted, files_left: filesLeft };
    },
  );
}
