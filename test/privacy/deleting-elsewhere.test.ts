import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { removeStrays } from '../../src/interview/retention.ts';
import { refusalOf, seedInterview } from '../api/support/interviews.ts';
import { startIdentityProvider, type TestProvider } from '../auth/support/identity-provider.ts';
import { interview, listen } from '../conversation/talking.ts';
import { type AnotherServer, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let other: AnotherServer;
beforeAll(async () => {
  server = await startViva();
  other = await server.another();
});
afterAll(() => server?.close());

test('a turn and its listeners at another server end with the session', async () => {
  const user = await server.signIn();
  const there = other.at(user);
  const talk = await interview(user);
  const events = await listen(there, talk.id, { turns: 5 });
  events.over.catch(() => undefined);
  const asked = server.upstream.hold(({ schemaName }) => schemaName === 'text');
  await there.viva.chat.say.mutate({ sessionId: talk.id, text: 'I baked bread for ten years.' });
  await asked.full;
  const call = server.upstream.callsTo('chat').at(-1);
  expect(await user.viva.sessions.delete.mutate({ sessionId: talk.id })).toMatchObject({ sessions: 1, filesLeft: 0 });
  await expect(events.over).rejects.toMatchObject({ data: { error: { code: 'not_found' } } });
  await vi.waitFor(() => expect(call?.ended()).toBe(true), { timeout: 10_000 });
  asked.open();
  expect(await server.deps.db.prisma.message.count({ where: { sessionId: talk.id } })).toBe(0);
  expect(await server.deps.db.prisma.turnEvent.count({ where: { sessionId: talk.id } })).toBe(0);
});

test('an account that is deleted here is nobody’s there', async () => {
  const user = await server.signIn();
  const there = other.at(user);
  await there.viva.auth.me.query();
  await user.viva.auth.deleteAccount.mutate({ confirm: true });
  await vi.waitFor(
    async () => expect(await refusalOf(there.viva.auth.me.query())).toMatchObject({ code: 'unauthenticated' }),
    {
      timeout: 10_000,
    },
  );
});

test('what a race left that nobody can reach goes an hour later', async () => {
  const user = await server.signIn();
  await seedInterview(server, user.userId);
  const { prisma } = server.deps.db;
  const row = (hours: number) => ({
    ...{ kind: 'answer' as const, userId: user.userId, mimeType: 'audio/wav', bytes: 1, sha256: 'a', durationMs: 1 },
    storageKey: `answers/${crypto.randomUUID()}.wav`,
    createdAt: new Date(Date.now() - hours * 3_600_000),
  });
  await prisma.audioFile.createMany({ data: [row(2), row(0)] });
  await prisma.assistantMessage.createMany({
    data: [crypto.randomUUID(), user.userId].map((id) => ({ owner: `user:${id}`, role: 'user', text: 'x' })),
  });
  expect(await removeStrays(server.deps.product)).toBe(1);
  expect(await prisma.audioFile.count({ where: { userId: user.userId } })).toBe(1);
  expect(await prisma.assistantMessage.count()).toBe(1);
});

test('a user of another identity provider just confirms, and begins anew', async () => {
  const provider: TestProvider = await startIdentityProvider(Date.now);
  const { AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE } = provider.config;
  const external = await startViva({ AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE });
  try {
    const headers = { authorization: `Bearer ${await provider.token()}`, 'content-type': 'application/json' };
    const me = async () => (await fetch(`${external.url}/api/auth/me`, { headers })).json();
    const before = await me();
    const body = JSON.stringify({ confirm: true });
    const deleted = await fetch(`${external.url}/api/auth/account`, { method: 'DELETE', headers, body });
    expect(await deleted.json()).toMatchObject({ deleted: true });
    const after = await me();
    expect(after).toMatchObject({ kind: 'external', consented_at: null });
    expect(after.id).not.toBe(before.id);
    expect(await external.deps.db.prisma.user.count()).toBe(1);
  } finally {
    await external.close();
    await provider[Symbol.asyncDispose]();
  }
});
