import { z } from 'zod';
import { DomainError } from '../errors.ts';
import type { AuthDeps } from './auth.ts';
import type { Identity } from './identity.ts';
import { checkPassword } from './passwords.ts';
import { unauthenticated } from './refusals.ts';
import { loginInputSchema } from './schemas.ts';

export const deleteAccountInputSchema = z.object({
  confirm: z.literal(true, 'Send confirm: true. Everything is deleted, and nothing brings it back.'),
  password: loginInputSchema.shape.password
    .optional()
    .describe('Of users who registered with one: it is asked for again.'),
});
export type DeleteAccountInput = z.output<typeof deleteAccountInputSchema>;

export interface AccountDeletion<Report> {
  identity: Identity;
  /** Address of the client, for the limit on wrong passwords. */
  ip: string;
  /** Deletes the user's row with everything that hangs on it, and tells of it. */
  erase(): Promise<Report>;
}

/**
 * Deletes the caller's account. A registered user gives the password again, as for everything that cannot be undone
 * (OWASP ASVS 5.0, 7.5.1). Every device is signed out: here at once, at other servers within 5 s. With another identity
 * provider the tokens stay good: whoever comes back with one begins with an empty account.
 * Throws `forbidden` for a wrong password, `invalid_input` without one, `rate_limited`, `unauthenticated`.
 */
export async function deleteAccount<Report>(
  auth: AuthDeps,
  input: DeleteAccountInput,
  { identity, ip, erase }: AccountDeletion<Report>,
): Promise<Report> {
  const { prisma } = auth.db;
  const { userId } = identity;
  const user = await prisma.user.findUnique({ where: { id: userId }, include: { logins: { select: { id: true } } } });
  if (!user) throw unauthenticated();
  if (user.email !== null && user.passwordHash !== null) {
    await requirePassword(auth, { ...user, email: user.email }, input.password, ip);
  }
  const report = await erase();
  auth.tokens.verified.deleteWhere((claims) => claims.userId === userId);
  if (user.subject !== null) auth.external?.forget(user.subject);
  const deleted = new DomainError('unauthenticated', 'This account was deleted.');
  // Last: the caller may be on one of the sockets that this ends, and is still to be answered.
  auth.logins.end([...user.logins.map(({ id }) => id), userId], deleted);
  return report;
}

/** Counted like a login, so that a stolen token is no way to guess a password. */
async function requirePassword(
  auth: AuthDeps,
  { email, passwordHash }: { email: string; passwordHash: string | null },
  password: string | undefined,
  ip: string,
): Promise<void> {
  if (password === undefined) {
    throw new DomainError('invalid_input', 'password: enter your password to delete the account.', {
      issues: [{ path: 'password', message: 'enter your password to delete the account' }],
    });
  }
  await auth.limits.countLogin(ip, email);
  if (!(await checkPassword(passwordHash, password))) {
    throw new DomainError('forbidden', 'This is not your password. Nothing was deleted.');
  }
  await auth.limits.forgiveLogin(ip, email);
}
