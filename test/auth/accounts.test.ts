import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guest, login, register } from '../../src/auth/accounts.ts';
import type { AuthDeps } from '../../src/auth/auth.ts';
import { giveConsent } from '../../src/auth/consent.ts';
import { tokensSchema } from '../../src/auth/schemas.ts';
import { me } from '../../src/auth/users.ts';
import type { Database } from '../../src/db/client.ts';
import { type AuthWorld, authWorld, identityOf, newEmail, nobody, password } from './support/auth-world.ts';

let world: AuthWorld;
let auth: AuthDeps;
let db: Database;

beforeAll(async () => {
  world = await authWorld();
  ({ auth, db } = world);
});
afterAll(() => world[Symbol.asyncDispose]());

const newGuest = async () => {
  const tokens = await guest(auth, {}, nobody);
  return { tokens, identity: await identityOf(auth, tokens) };
};
const asGuest = async () => ({ ...nobody, identity: (await newGuest()).identity });

describe('guest', () => {
  test('gets tokens that work', async () => {
    const tokens = tokensSchema.parse(await guest(auth, { name: 'Ada' }, nobody));
    expect(tokens.user).toMatchObject({ kind: 'guest', name: 'Ada', email: null, consentedAt: null });
    expect(await identityOf(auth, tokens)).toEqual({
      userId: tokens.user.id,
      kind: 'guest',
      loginId: expect.any(String),
    });
  });

  test('is refused where guests are not wanted', async () => {
    const closed = world.anotherServer({ config: { ALLOW_GUESTS: false } });
    await expect(guest(closed, {}, nobody)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('register', () => {
  test('makes an account that can sign in, and keeps no password', async () => {
    const email = newEmail();
    const made = tokensSchema.parse(await register(auth, { email, password, name: 'Ada' }, nobody));
    const again = await login(auth, { email, password }, nobody);
    expect(again.user).toEqual({ ...made.user, kind: 'registered', email, name: 'Ada' });
    const row = await db.prisma.user.findUniqueOrThrow({ where: { email } });
    expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('a guest who registers stays the same user, and only the new tokens work', async () => {
    const before = await newGuest();
    await giveConsent(auth, before.identity);
    const made = await register(auth, { email: newEmail(), password }, { ...nobody, identity: before.identity });
    expect(made.user).toMatchObject({ id: before.tokens.user.id, kind: 'registered', consentedAt: expect.any(String) });
    expect((await identityOf(auth, made)).kind).toBe('registered');
    await expect(identityOf(auth, before.tokens)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('a guest who registers twice at once gets one account', async () => {
    const caller = await asGuest();
    const tries = await Promise.allSettled(
      [newEmail(), newEmail()].map((email) => register(auth, { email, password }, caller)),
    );
    expect(tries.map((attempt) => attempt.status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = tries.find((attempt) => attempt.status === 'rejected');
    expect(rejected?.reason).toMatchObject({ code: 'conflict' });
  });

  test('somebody with an account is told so', async () => {
    const made = await register(auth, { email: newEmail(), password }, nobody);
    const caller = { ...nobody, identity: await identityOf(auth, made) };
    await expect(register(auth, { email: newEmail(), password }, caller)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('an e-mail is taken once, also by ten at once', async () => {
    const email = newEmail();
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => register(auth, { email, password }, nobody)),
    );
    expect(tries.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'conflict' });
    }
  });

  test('a guest whose e-mail is taken stays a guest and stays signed in', async () => {
    const email = newEmail();
    await register(auth, { email, password }, nobody);
    const before = await newGuest();
    const caller = { ...nobody, identity: before.identity };
    await expect(register(auth, { email, password }, caller)).rejects.toMatchObject({ code: 'conflict' });
    expect(await identityOf(auth, before.tokens)).toEqual(before.identity);
  });

  test('a guest that was deleted meanwhile has to start over', async () => {
    const caller = await asGuest();
    await db.prisma.user.delete({ where: { id: caller.identity.userId } });
    const tried = register(auth, { email: newEmail(), password }, caller);
    await expect(tried).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('login', () => {
  test('tells a wrong password and an unknown e-mail apart in no way', async () => {
    const email = newEmail();
    await register(auth, { email, password }, nobody);
    const refusal = (input: { email: string; password: string }) =>
      login(auth, input, nobody).then(
        () => null,
        (error: unknown) => error,
      );
    const wrong = await refusal({ email, password: `${password}!` });
    const unknown = await refusal({ email: newEmail(), password });
    expect(wrong).toMatchObject({ code: 'unauthenticated' });
    expect(unknown).toEqual(wrong);
  });

  test('a user without a password cannot be signed in to', async () => {
    const email = newEmail();
    await db.prisma.user.create({ data: { kind: 'registered', email } });
    await expect(login(auth, { email, password }, nobody)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('of somebody who is signed in to another account moves nothing, and ends that login', async () => {
    const first = await register(auth, { email: newEmail(), password }, nobody);
    const email = newEmail();
    await register(auth, { email, password }, nobody);
    await login(auth, { email, password }, { ...nobody, identity: await identityOf(auth, first) });
    expect(await db.prisma.user.count({ where: { id: first.user.id } })).toBe(1);
    await expect(identityOf(auth, first)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('me and consent', () => {
  test('consent is stored once', async () => {
    const { identity } = await newGuest();
    const first = await giveConsent(auth, identity);
    expect(first.consentedAt).toBe(new Date(world.clock.nowMs).toISOString());
    world.clock.nowMs += 60_000;
    expect(await giveConsent(auth, identity)).toEqual(first);
    expect(await me(auth, identity)).toEqual(first);
  });

  test('a deleted user is signed out', async () => {
    const { identity } = await newGuest();
    await db.prisma.user.delete({ where: { id: identity.userId } });
    await expect(me(auth, identity)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(giveConsent(auth, identity)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
