import { z } from 'zod';
import { guest, login, register } from '../auth/accounts.ts';
import { consentEntrySchema, giveConsent, listConsents, withdrawConsent } from '../auth/consent.ts';
import { clearAccessCookie, setAccessCookie } from '../auth/cookie.ts';
import { deleteAccount, deleteAccountInputSchema } from '../auth/delete-account.ts';
import { logout, refresh } from '../auth/logins.ts';
import { optionalIdentity } from '../auth/plugin.ts';
import {
  guestInputSchema,
  loginInputSchema,
  logoutInputSchema,
  refreshInputSchema,
  registerInputSchema,
  type Tokens,
  tokensSchema,
  userSchema,
} from '../auth/schemas.ts';
import { me } from '../auth/users.ts';
import { deletionSchema, eraseUser } from '../interview/account-deletion.ts';
import type { TrpcContext } from './context.ts';
import { procedure, publicProcedure, router } from './init.ts';

const callerOf = ({ req }: TrpcContext) => ({ ip: req.ip, identity: optionalIdentity(req) });

/** The cookie lets `<audio src>` play; it is accepted for reading only. */
function signedIn({ res }: TrpcContext, tokens: Tokens): Tokens {
  if (res) setAccessCookie(res, tokens.token, tokens.expiresAt);
  return tokens;
}

export const authRouter = router({
  guest: publicProcedure
    .input(guestInputSchema.default({}))
    .output(tokensSchema)
    .mutation(async ({ ctx, input }) => signedIn(ctx, await guest(ctx.auth, input, callerOf(ctx)))),
  register: publicProcedure
    .input(registerInputSchema)
    .output(tokensSchema)
    .mutation(async ({ ctx, input }) => signedIn(ctx, await register(ctx.auth, input, callerOf(ctx)))),
  login: publicProcedure
    .input(loginInputSchema)
    .output(tokensSchema)
    .mutation(async ({ ctx, input }) => signedIn(ctx, await login(ctx.auth, input, callerOf(ctx)))),
  refresh: publicProcedure
    .input(refreshInputSchema)
    .output(tokensSchema)
    .mutation(async ({ ctx, input }) => signedIn(ctx, await refresh(ctx.auth, input))),
  logout: publicProcedure
    .input(logoutInputSchema.default({}))
    .output(z.object({ loggedOut: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      // With a refresh token an expired access token is no reason to refuse.
      await logout(ctx.auth, input, input.refreshToken ? ctx.req.identity : optionalIdentity(ctx.req));
      if (ctx.res) clearAccessCookie(ctx.res);
      return { loggedOut: true };
    }),
  me: procedure.output(userSchema).query(({ ctx }) => me(ctx.auth, ctx.identity)),
  /** Agrees to being recorded: asked for before the first upload. */
  consent: procedure.output(userSchema).mutation(({ ctx }) => giveConsent(ctx.auth, ctx.identity)),
  /** Takes it back: nothing more is recorded. What was recorded before stays until it is deleted. */
  withdrawConsent: procedure.output(userSchema).mutation(({ ctx }) => withdrawConsent(ctx.auth, ctx.identity)),
  /** What was agreed to and taken back, newest first. */
  consents: procedure.output(z.array(consentEntrySchema)).query(({ ctx }) => listConsents(ctx.auth, ctx.identity)),
  /**
   * Deletes the account with everything in it, and tells what was deleted once it is gone. Registered users give their
   * password again. Every device is signed out.
   */
  deleteAccount: procedure
    .input(deleteAccountInputSchema)
    .output(deletionSchema)
    .mutation(async ({ ctx, input }) => {
      const { auth, deps, identity, req, res } = ctx;
      const erase = () => eraseUser(deps, identity.userId);
      const report = await deleteAccount(auth, input, { identity, ip: req.ip, erase });
      if (res) clearAccessCookie(res);
      return report;
    }),
});
