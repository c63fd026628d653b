import { Prisma } from '../db/generated/client.ts';
import { DomainError } from '../errors.ts';
import type { AuthDeps } from './auth.ts';
import type { Identity } from './identity.ts';
import { openLogin, refuseWhenExternal, revoke } from './logins.ts';
import { mergeGuest } from './merge-guest.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { unauthenticated } from './refusals.ts';
import type { GuestInput, LoginInput, RegisterInput, Tokens } from './schemas.ts';
import type { UserRow } from './users.ts';

export interface Caller {
  /** Address of the client, for the limits. */
  ip: string;
  /** Who the client was until now. A guest takes its history along. */
  identity: Identity | null;
}

/** A new user without a password, known by its tokens only. Throws `forbidden` or `rate_limited`. */
export async function guest(auth: AuthDeps, input: GuestInput, caller: Caller): Promise<Tokens> {
  refuseWhenExternal(auth);
  if (!auth.allowGuests) {
    throw new DomainError('forbidden', 'This server does not take guests. Register, or sign in.');
  }
  await auth.limits.countGuest(caller.ip);
  return openLogin(auth, await auth.db.prisma.user.create({ data: { kind: 'guest', name: input.name } }), 'guest');
}

/**
 * A new account. A guest becomes it: same id, same history, new tokens (the old ones end).
 * Throws `conflict` when the e-mail is taken or the caller has an account already, `forbidden`, `rate_limited`.
 */
export async function register(auth: AuthDeps, input: RegisterInput, caller: Caller): Promise<Tokens> {
  refuseWhenExternal(auth);
  await auth.limits.countRegistration(caller.ip);
  if (caller.identity && caller.identity.kind !== 'guest') throw registeredAlready();
  const data = { kind: 'registered', email: input.email, passwordHash: await hashPassword(input.password) } as const;
  const user = await refusingTakenEmail(
    caller.identity
      ? upgradeGuest(auth, caller.identity, { ...data, name: input.name })
      : auth.db.prisma.user.create({ data: { ...data, name: input.name } }),
  );
  return openLogin(auth, user, 'registration');
}

/** Only while it still is a guest, so that two registrations at once make one account. */
async function upgradeGuest(
  auth: AuthDeps,
  identity: Identity,
  data: { kind: 'registered'; email: string; passwordHash: string; name: string | undefined },
): Promise<UserRow> {
  const { prisma } = auth.db;
  const [user] = await prisma.user.updateManyAndReturn({ where: { id: identity.userId, kind: 'guest' }, data });
  if (!user) {
    throw (await prisma.user.count({ where: { id: identity.userId } })) ? registeredAlready() : unauthenticated();
  }
  // Whoever knew the guest's tokens must not own the account (OWASP: renew the session when rights change).
  const logins = await prisma.login.findMany({ where: { userId: user.id, revokedAt: null }, select: { id: true } });
  await revoke(
    auth,
    logins.map((login) => login.id),
  );
  return user;
}

/**
 * Signs in. A guest's history moves into the account and the guest is gone; the login of an account ends.
 * Throws `unauthenticated` in the same words and after the same work for a wrong password and an unknown e-mail,
 * `rate_limited` after too many failures, `forbidden`.
 */
export async function login(auth: AuthDeps, input: LoginInput, caller: Caller): Promise<Tokens> {
  refuseWhenExternal(auth);
  await auth.limits.countLogin(caller.ip, input.email);
  const found = await auth.db.prisma.user.findUnique({ where: { email: input.email } });
  if (!(await checkPassword(found?.passwordHash ?? null, input.password)) || !found) {
    // Whose account was tried, where there is one: what was typed may be anything.
    auth.log.warn({ accountId: found?.id ?? null }, 'a sign-in was refused');
    throw new DomainError('unauthenticated', 'This e-mail and password do not match. Check both and try again.');
  }
  await auth.limits.forgiveLogin(caller.ip, input.email);
  const user = caller.identity?.kind === 'guest' ? await mergeGuest(auth, caller.identity.userId, found.id) : found;
  const tokens = await openLogin(auth, user, 'password');
  // They replace what this device had before (OWASP ASVS 5.0, 7.2.4); a guest's has gone with the guest.
  if (caller.identity?.kind === 'registered' && caller.identity.loginId) await revoke(auth, [caller.identity.loginId]);
  return tokens;
}

function registeredAlready(): DomainError {
  return new DomainError('conflict', 'You have an account already. Sign out first to make another one.');
}

async function refusingTakenEmail(created: Promise<UserRow>): Promise<UserRow> {
  try {
    return await created;
  } catch (error) {
    const taken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
    if (!taken) throw error;
    throw new DomainError('conflict', 'This e-mail has an account already. Sign in, or use another e-mail.');
  }
}
