import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guest, login, register } from '../../src/auth/accounts.ts';
import type { AuthDeps } from '../../src/auth/auth.ts';
import { authenticate } from '../../src/auth/authenticate.ts';
import { deleteEndedLogins, logout, refresh } from '../../src/auth/logins.ts';
import { issueAccessToken } from '../../src/auth/tokens.ts';
import { type AuthWorld, authWorld, identityOf, newEmail, nobody, password } from './support/auth-world.ts';

let world: AuthWorld;
let auth: AuthDeps;

beforeAll(async () => {
  world = await authWorld();
  auth = world.auth;
});
afterAll(() => world[Symbol.asyncDispose]());

const signedOut = { code: 'unauthenticated' };
const signIn = () => guest(auth, {}, nobody);
const dayMs = 24 * 60 * 60_000;

describe('refresh', () => {
  test('exchanges the tokens of the same login, and stores neither', async () => {
    const first = await signIn();
    const second = await refresh(auth, first);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.user).toEqual(first.user);
    expect(await identityOf(auth, second)).toEqual(await identityOf(auth, first));
    const rows = JSON.stringify(await world.db.prisma.login.findMany());
    for (const { refreshToken } of [first, second]) expect(rows).not.toContain(refreshToken);
  });

  test('20 at the same time are one exchange, and the login lives on', async () => {
    const tokens = await signIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(auth, tokens)));
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
    const next = answers[0] && (await refresh(auth, answers[0]));
    expect(next?.user).toEqual(tokens.user);
  });

  test('a used token that comes back within 10 s gets the answer that was missed', async () => {
    const first = await signIn();
    const second = await refresh(auth, first);
    world.clock.nowMs += 10_000;
    expect((await refresh(auth, first)).refreshToken).toBe(second.refreshToken);
    expect(await identityOf(auth, second)).toMatchObject({ userId: first.user.id });
    await expect(refresh(auth, second)).resolves.toMatchObject({ user: first.user });
  });

  test('a used token that comes back later ends the login, for the thief and for the owner', async () => {
    const first = await signIn();
    const second = await refresh(auth, first);
    world.clock.nowMs += 10_001;
    await expect(refresh(auth, first)).rejects.toMatchObject(signedOut);
    await expect(refresh(auth, second)).rejects.toMatchObject(signedOut);
    await expect(identityOf(auth, second)).rejects.toMatchObject(signedOut);
  });

  test('a login ends 30 days after its last refresh', async () => {
    const first = await signIn();
    world.clock.nowMs += 29 * dayMs;
    const second = await refresh(auth, first);
    world.clock.nowMs += 29 * dayMs;
    const third = await refresh(auth, second);
    world.clock.nowMs += 30 * dayMs;
    await expect(refresh(auth, third)).rejects.toMatchObject(signedOut);
  });

  test('a login to an account ends after 180 days, however often it was refreshed; that of a guest goes on', async () => {
    const email = newEmail();
    let account = await register(auth, { email, password }, nobody);
    let visitor = await signIn();
    for (let month = 0; month < 6; month++) {
      world.clock.nowMs += 29 * dayMs;
      account = await refresh(auth, account);
      visitor = await refresh(auth, visitor);
    }
    world.clock.nowMs += 6 * dayMs;
    await expect(refresh(auth, account)).rejects.toMatchObject(signedOut);
    await expect(refresh(auth, visitor)).resolves.toMatchObject({ user: visitor.user });
    await expect(login(auth, { email, password }, nobody)).resolves.toMatchObject({ user: account.user });
  });

  test.each(['', 'x', 'a'.repeat(43), randomUUID()])('refuses the made-up token "%s"', async (refreshToken) => {
    await expect(refresh(auth, { refreshToken })).rejects.toMatchObject(signedOut);
  });

  test('an access token is no refresh token, nor the other way round', async () => {
    const tokens = await signIn();
    await expect(refresh(auth, { refreshToken: tokens.token })).rejects.toMatchObject(signedOut);
    await expect(identityOf(auth, { token: tokens.refreshToken })).rejects.toMatchObject(signedOut);
  });
});

describe('logout', () => {
  test('ends the access and the refresh token at once in this process', async () => {
    const tokens = await signIn();
    const identity = await identityOf(auth, tokens);
    await logout(auth, {}, identity);
    await expect(identityOf(auth, tokens)).rejects.toMatchObject(signedOut);
    await expect(refresh(auth, tokens)).rejects.toMatchObject(signedOut);
    await expect(logout(auth, {}, identity)).resolves.toBeUndefined();
  });

  test('shows on another server once its answer is 4 s old', async () => {
    const other = world.anotherServer();
    const tokens = await signIn();
    const identity = await identityOf(other, tokens);
    await logout(auth, {}, identity);
    world.clock.nowMs += 4_000;
    await expect(identityOf(other, tokens)).rejects.toMatchObject(signedOut);
  });

  test('beats a look at the database that is under way', async () => {
    const tokens = await signIn();
    const { loginId } = await identityOf(auth, tokens);
    world.clock.nowMs += 4_000;
    const underWay = identityOf(auth, tokens).catch(() => null);
    await logout(auth, {}, { userId: tokens.user.id, kind: 'guest', loginId });
    await underWay;
    await expect(identityOf(auth, tokens)).rejects.toMatchObject(signedOut);
  });

  test('by refresh token, when the access token has expired', async () => {
    const tokens = await signIn();
    await logout(auth, { refreshToken: tokens.refreshToken }, null);
    await expect(identityOf(auth, tokens)).rejects.toMatchObject(signedOut);
  });

  test('by the refresh token before, which a client that missed the answer still holds', async () => {
    const first = await signIn();
    const second = await refresh(auth, first);
    await logout(auth, { refreshToken: first.refreshToken }, null);
    await expect(refresh(auth, second)).rejects.toMatchObject(signedOut);
  });

  test('without any credential is refused; with an unknown token it tells nothing', async () => {
    await expect(logout(auth, {}, null)).rejects.toMatchObject(signedOut);
    await expect(logout(auth, { refreshToken: 'unknown' }, null)).resolves.toBeUndefined();
  });

  test('leaves other devices of the same user signed in', async () => {
    const email = newEmail();
    const laptop = await register(auth, { email, password }, nobody);
    const phone = await login(auth, { email, password }, nobody);
    await logout(auth, {}, await identityOf(auth, laptop));
    expect(await identityOf(auth, phone)).toMatchObject({ userId: laptop.user.id });
    await expect(refresh(auth, phone)).resolves.toMatchObject({ user: { email } });
  });
});

describe('authenticate', () => {
  test('nobody is nobody', async () => {
    expect(await authenticate(auth, {})).toBeNull();
    expect(await authenticate(auth, { cookieToken: '' })).toBeNull();
  });

  test('takes the header in any case, or the cookie, the header first', async () => {
    const { token, user } = await signIn();
    for (const authorization of [`Bearer ${token}`, `bearer  ${token} `]) {
      expect(await authenticate(auth, { authorization })).toMatchObject({ userId: user.id });
    }
    expect(await authenticate(auth, { cookieToken: token })).toMatchObject({ userId: user.id });
    const both = authenticate(auth, { authorization: 'Bearer wrong', cookieToken: token });
    await expect(both).rejects.toMatchObject(signedOut);
  });

  test.each(['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a b', 'Bearer \0', 'token'])(
    'refuses the header "%s"',
    async (authorization) => {
      await expect(authenticate(auth, { authorization })).rejects.toMatchObject(signedOut);
    },
  );

  test('a deleted user is signed out', async () => {
    const tokens = await signIn();
    await identityOf(auth, tokens);
    await world.db.prisma.user.delete({ where: { id: tokens.user.id } });
    world.clock.nowMs += 4_000;
    await expect(identityOf(auth, tokens)).rejects.toMatchObject(signedOut);
  });

  test('a login of somebody else in a well-signed token opens nothing', async () => {
    const [mine, theirs] = [await signIn(), await signIn()];
    const { loginId } = await identityOf(auth, theirs);
    const mixed = await issueAccessToken(auth.tokens, { userId: mine.user.id, loginId: loginId ?? '', kind: 'guest' });
    await expect(identityOf(auth, mixed)).rejects.toMatchObject(signedOut);
  });

  test('the database is asked once for many requests at once', async () => {
    const tokens = await signIn();
    let asked = 0;
    const query = (...args: Parameters<typeof world.db.pool.query>) => {
      asked++;
      return world.db.pool.query(...args);
    };
    const counted = world.anotherServer({
      db: { ...world.db, pool: Object.create(world.db.pool, { query: { value: query } }) },
    });
    await Promise.all(Array.from({ length: 50 }, () => identityOf(counted, tokens)));
    expect(asked).toBe(1);
  });
});

test('ended logins are cleared away after a day, live ones are not', async () => {
  const [ended, live] = [await signIn(), await signIn()];
  await logout(auth, { refreshToken: ended.refreshToken }, null);
  await deleteEndedLogins(auth);
  expect(await world.db.prisma.login.count({ where: { userId: ended.user.id } })).toBe(1);
  world.clock.nowMs += dayMs + 1;
  await deleteEndedLogins(auth);
  expect(await world.db.prisma.login.count({ where: { userId: ended.user.id } })).toBe(0);
  expect(await world.db.prisma.login.count({ where: { userId: live.user.id } })).toBe(1);
});
