import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guest, login, register } from '../../src/auth/accounts.ts';
import type { AuthDeps } from '../../src/auth/auth.ts';
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

const session = {
  jobDescription: 'Engineer',
  difficulty: 'easy',
  voice: 'alloy',
  language: 'en',
  questionCount: 1,
} as const;

/** One of everything that belongs to a user. */
async function addHistory(userId: string, cvSha256: string) {
  const { prisma } = db;
  const cv = await prisma.cv.create({ data: { userId, sha256: cvSha256, text: 'Ada' } });
  const { id: sessionId } = await prisma.session.create({ data: { ...session, userId, cvId: cv.id } });
  const audio = { mimeType: 'audio/mpeg', bytes: 1, sha256: 'a', durationMs: 1, storageKey: randomUUID() };
  const { id: audioId } = await prisma.audioFile.create({ data: { ...audio, kind: 'answer', userId } });
  await prisma.usage.create({ data: { userId, sessionId, capability: 'chat', model: 'm' } });
  return { cvId: cv.id, sessionId, audioId };
}

const newAccount = async () => {
  const email = newEmail();
  const { user } = await register(auth, { email, password }, nobody);
  return { email, id: user.id };
};
const newGuest = async () => {
  const tokens = await guest(auth, {}, nobody);
  return { tokens, identity: await identityOf(auth, tokens) };
};

test('the history of a guest moves to the account, and the guest is gone', async () => {
  const account = await newAccount();
  await addHistory(account.id, 'mine');
  const { tokens, identity } = await newGuest();
  const moved = await addHistory(identity.userId, 'theirs');
  using open = auth.logins.watch(identity.loginId);

  const signedIn = await login(auth, { email: account.email, password }, { ...nobody, identity });

  expect(signedIn.user.id).toBe(account.id);
  const where = { where: { userId: account.id } };
  expect((await db.prisma.session.findMany(where)).map(({ id }) => id)).toContain(moved.sessionId);
  expect((await db.prisma.cv.findMany(where)).map(({ id }) => id)).toContain(moved.cvId);
  expect((await db.prisma.audioFile.findMany(where)).map(({ id }) => id)).toContain(moved.audioId);
  expect(await db.prisma.session.count(where)).toBe(2);
  expect(await db.prisma.usage.count(where)).toBe(2);
  expect(await db.prisma.user.findUnique({ where: { id: identity.userId } })).toBeNull();
  await expect(identityOf(auth, tokens)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(open.signal.aborted).toBe(true);
});

test('a CV that both have is kept once, and the sessions of the guest use it', async () => {
  const account = await newAccount();
  const mine = await addHistory(account.id, 'same');
  const { identity } = await newGuest();
  const theirs = await addHistory(identity.userId, 'same');
  await login(auth, { email: account.email, password }, { ...nobody, identity });
  expect(await db.prisma.cv.findMany({ where: { userId: account.id }, select: { id: true } })).toEqual([
    { id: mine.cvId },
  ]);
  const moved = await db.prisma.session.findUniqueOrThrow({ where: { id: theirs.sessionId } });
  expect(moved).toMatchObject({ userId: account.id, cvId: mine.cvId });
});

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
test.each([
  ['the guest', day(1), null, day(1)],
  ['the account', null, day(2), day(2)],
  ['both', day(1), day(2), day(2)],
  ['neither', null, null, null],
])('consent of %s is kept', async (_who, guests, accounts, kept) => {
  const account = await newAccount();
  const { identity } = await newGuest();
  await db.prisma.user.update({ where: { id: identity.userId }, data: { consentedAt: guests } });
  await db.prisma.user.update({ where: { id: account.id }, data: { consentedAt: accounts } });
  const { user } = await login(auth, { email: account.email, password }, { ...nobody, identity });
  expect(user.consentedAt).toBe(kept?.toISOString() ?? null);
});

test('a wrong password moves nothing', async () => {
  const account = await newAccount();
  const { tokens, identity } = await newGuest();
  const { sessionId } = await addHistory(identity.userId, 'x');
  const tried = login(auth, { email: account.email, password: 'not the password' }, { ...nobody, identity });
  await expect(tried).rejects.toMatchObject({ code: 'unauthenticated' });
  expect((await db.prisma.session.findUniqueOrThrow({ where: { id: sessionId } })).userId).toBe(identity.userId);
  expect(await identityOf(auth, tokens)).toEqual(identity);
});

test('signing in from two tabs at once moves the history once and signs both in', async () => {
  const account = await newAccount();
  const { identity } = await newGuest();
  const { sessionId } = await addHistory(identity.userId, 'x');
  const caller = { ...nobody, identity };
  const both = await Promise.all([1, 2].map(() => login(auth, { email: account.email, password }, caller)));
  expect(both.map(({ user }) => user.id)).toEqual([account.id, account.id]);
  expect((await db.prisma.session.findUniqueOrThrow({ where: { id: sessionId } })).userId).toBe(account.id);
});

test('a session that a guest creates while signing in is moved or refused, never lost', async () => {
  const account = await newAccount();
  const { identity } = await newGuest();
  const create = async () => (await db.prisma.session.create({ data: { ...session, userId: identity.userId } })).id;
  const created = [await create()];
  const signIn = login(auth, { email: account.email, password }, { ...nobody, identity });
  // Until the guest is gone and the database refuses.
  const refusal = await (async () => {
    for (;;) created.push(await create());
  })().catch((error: unknown) => error);
  await signIn;
  expect(refusal).toMatchObject({ code: 'P2003' });
  expect(await db.prisma.session.count({ where: { userId: account.id } })).toBe(created.length);
});
