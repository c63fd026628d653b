import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guest, login, register } from '../../src/auth/accounts.ts';
import { addressKey } from '../../src/auth/limits.ts';
import { DomainError } from '../../src/errors.ts';
import { type AuthWorld, authWorld, newEmail, nobody, password } from './support/auth-world.ts';

let world: AuthWorld;

beforeAll(async () => {
  world = await authWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const caller = (ip: string) => ({ ip, identity: null });
const refusal = (tried: Promise<unknown>) =>
  tried.then(
    () => null,
    (error: unknown) => (error instanceof DomainError ? error : Promise.reject(error)),
  );

describe('guessing passwords', () => {
  test('is stopped after 10 failures, alike for known and unknown e-mails, from wherever they come', async () => {
    const { auth } = world;
    const known = newEmail();
    await register(auth, { email: known, password }, nobody);
    const guess = async (email: string) => {
      const codes: (string | undefined)[] = [];
      for (let n = 1; n <= 10; n++) {
        codes.push((await refusal(login(auth, { email, password: `guess ${n}` }, caller(`198.51.100.${n}`))))?.code);
      }
      return { codes, last: await refusal(login(auth, { email, password: 'guess 11' }, caller('198.51.100.11'))) };
    };
    const forKnown = await guess(known);
    const forUnknown = await guess(newEmail());
    expect(forKnown.codes).toEqual(Array.from({ length: 10 }, () => 'unauthenticated'));
    expect(forKnown.last).toMatchObject({ code: 'rate_limited', retryAfterMs: 15 * 60_000 });
    expect(forUnknown).toEqual(forKnown);
    // Not even the right password tells that it is right.
    expect(await refusal(login(auth, { email: known, password }, nobody))).toMatchObject({ code: 'rate_limited' });
  });

  test('all at once counts as one by one', async () => {
    const email = newEmail();
    const tries = await Promise.all(
      Array.from({ length: 40 }, (_, n) => refusal(login(world.auth, { email, password: `guess ${n}` }, nobody))),
    );
    expect(tries.filter((error) => error?.code === 'unauthenticated')).toHaveLength(10);
    expect(tries.filter((error) => error?.code === 'rate_limited')).toHaveLength(30);
  });

  test('of many accounts from one address is stopped after 30 failures', async () => {
    const auth = world.anotherServer({ limits: {} });
    const tries = await Promise.all(
      Array.from({ length: 31 }, () => refusal(login(auth, { email: newEmail(), password }, caller('203.0.113.1')))),
    );
    expect(tries.map((error) => error?.code).filter((code) => code === 'rate_limited')).toHaveLength(1);
    const elsewhere = await refusal(login(auth, { email: newEmail(), password }, caller('203.0.113.2')));
    expect(elsewhere?.code).toBe('unauthenticated');
  });

  test('the right password wipes the failures of the e-mail and counts as none of the address', async () => {
    const auth = world.anotherServer({ limits: { failuresPerEmail: 2, failuresPerAddress: 5 } });
    const email = newEmail();
    await register(auth, { email, password }, nobody);
    const attempt = async (tried: string) =>
      (await refusal(login(auth, { email, password: tried }, caller('203.0.113.3'))))?.code;
    const codes: (string | undefined)[] = [];
    for (const tried of [
      'wrong',
      password,
      'wrong',
      password,
      password,
      password,
      password,
      'wrong',
      'wrong',
      password,
    ]) {
      codes.push(await attempt(tried));
    }
    const no = 'unauthenticated';
    const yes = undefined;
    expect(codes).toEqual([no, yes, no, yes, yes, yes, yes, no, no, 'rate_limited']);
  });
});

test('guests and accounts per address are bounded', async () => {
  const auth = world.anotherServer({ limits: { guestsPerMinute: 2, registrationsPerMinute: 1 } });
  const from = caller('203.0.113.4');
  await guest(auth, {}, from);
  await guest(auth, {}, from);
  const tooMany = await refusal(guest(auth, {}, from));
  expect(tooMany).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
  expect(tooMany?.retryAfterMs).toBeGreaterThan(0);
  await register(auth, { email: newEmail(), password }, from);
  expect(await refusal(register(auth, { email: newEmail(), password }, from))).toMatchObject({ code: 'rate_limited' });
  expect(await refusal(guest(auth, {}, caller('203.0.113.5')))).toBeNull();
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('the address %s counts as %s', (ip, key) => {
  expect(addressKey(ip)).toBe(key);
});
