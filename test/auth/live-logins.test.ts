import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guest } from '../../src/auth/accounts.ts';
import type { AuthDeps } from '../../src/auth/auth.ts';
import { logout } from '../../src/auth/logins.ts';
import { type AuthWorld, authWorld, identityOf, nobody } from './support/auth-world.ts';

let world: AuthWorld;
let auth: AuthDeps;

beforeAll(async () => {
  world = await authWorld();
  auth = world.auth;
});
afterAll(() => world[Symbol.asyncDispose]());

const signIn = async () => identityOf(auth, await guest(auth, {}, nobody));

test('a logout ends the open streams of that login here at once, and no others', async () => {
  const [mine, theirs] = [await signIn(), await signIn()];
  using first = auth.logins.watch(mine.loginId);
  using second = auth.logins.watch(mine.loginId);
  using other = auth.logins.watch(theirs.loginId);
  await logout(auth, {}, mine);
  expect([first, second, other].map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  expect(first.signal.reason).toMatchObject({ code: 'unauthenticated' });
});

test('a logout on another server ends the open streams as well', async () => {
  const identity = await signIn();
  using stream = world.anotherServer().logins.watch(identity.loginId);
  await logout(auth, {}, identity);
  if (!stream.signal.aborted) await once(stream.signal, 'abort');
  expect(stream.signal.reason).toMatchObject({ code: 'unauthenticated' });
});

test('a stream that opens just after the logout ends too', async () => {
  const identity = await signIn();
  await logout(auth, {}, identity);
  using stream = auth.logins.watch(identity.loginId);
  if (!stream.signal.aborted) await once(stream.signal, 'abort');
  expect(stream.signal.aborted).toBe(true);
});

test('a deleted user ends the open streams', async () => {
  const identity = await signIn();
  using stream = auth.logins.watch(identity.loginId);
  await world.db.prisma.user.delete({ where: { id: identity.userId } });
  if (!stream.signal.aborted) await once(stream.signal, 'abort');
  expect(stream.signal.aborted).toBe(true);
});

test('streams outlive a database that is away, and end once it says so', async () => {
  const identity = await signIn();
  let asked = 0;
  const query = (...args: Parameters<typeof world.db.pool.query>) => {
    asked++;
    if (asked <= 3) throw new Error('connection lost');
    return world.db.pool.query(...args);
  };
  const warnings: string[] = [];
  const server = world.anotherServer({
    db: { ...world.db, pool: Object.create(world.db.pool, { query: { value: query } }) },
    log: { info() {}, error() {}, warn: (_details, message) => warnings.push(message) },
  });
  using stream = server.logins.watch(identity.loginId);
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(4);
  expect(warnings).toHaveLength(3);
  expect(stream.signal.aborted).toBe(false);
  await logout(auth, {}, identity);
  if (!stream.signal.aborted) await once(stream.signal, 'abort');
  expect(stream.signal.aborted).toBe(true);
});

test('a stream that has ended by itself hears nothing any more', async () => {
  const identity = await signIn();
  const stream = auth.logins.watch(identity.loginId);
  stream[Symbol.dispose]();
  await logout(auth, {}, identity);
  expect(stream.signal.aborted).toBe(false);
});
