import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { appRouter } from '../../src/trpc/router.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva({ CHATKIT_AGENT_ID: 'wf_1' });
  user = await server.signIn();
});
afterAll(() => server?.close());

/** Every mutation there is. What it refuses (or not) does not matter here: the answer is kept all the same. */
const mutation = z.object({ type: z.literal('mutation') });
const mutations = Object.entries(appRouter._def.procedures).flatMap(([name, procedure]) =>
  mutation.safeParse(Reflect.get(procedure, '_def')).success ? name : [],
);

const json = { 'content-type': 'application/json' };
const call = async (name: string, input: unknown, key: string) => {
  const response = await user.fetch(`/trpc/${name}`, {
    method: 'POST',
    headers: { ...json, 'idempotency-key': key },
    body: JSON.stringify(input),
  });
  return {
    status: response.status,
    body: await response.text(),
    cookie: response.headers.get('set-cookie'),
    replayed: response.headers.get('idempotency-replayed'),
  };
};

/** An input that no procedure refuses for a reason that may pass. */
const inputs: Record<string, unknown> = {
  'auth.login': { email: 'nobody', password: '' },
};

test('there are mutations', () => {
  expect(mutations).toEqual(expect.arrayContaining(['auth.guest', 'sessions.create', 'evaluation.run']));
});

describe.each(mutations)('%s', (name) => {
  const input = inputs[name] ?? {};
  // Signing out ends what the others need.
  const signsOut = name === 'auth.logout' || name === 'auth.deleteAccount';

  test.skipIf(signsOut)('gives the same answer to the same call, and refuses the key for another', async () => {
    const key = randomUUID();
    const first = await call(name, input, key);
    expect([200, 400, 404, 409]).toContain(first.status);
    expect(first.replayed).toBeNull();
    const before = server.upstream.calls.length;
    expect(await call(name, input, key)).toEqual({ ...first, replayed: 'true' });
    expect(server.upstream.calls).toHaveLength(before);
    const other = await call(name, { ...Object(input), another: 'input' }, key);
    expect(other).toMatchObject({ status: 409, replayed: null });
    expect(other.body).toContain('belongs to a request with another content');
  });
});

test('signing out is answered again, though the token is not good any more', async () => {
  const { viva, fetch } = await server.signIn();
  const key = randomUUID();
  const logout = () =>
    fetch('/trpc/auth.logout', { method: 'POST', headers: { ...json, 'idempotency-key': key }, body: '{}' });
  const first = await logout();
  expect(first.status).toBe(200);
  await expect(viva.auth.me.query()).rejects.toThrow(/not signed in/);
  const again = await logout();
  expect([again.status, await again.text()]).toEqual([200, await first.text()]);
  expect(again.headers.get('set-cookie')).toBe(first.headers.get('set-cookie'));
});

test('each call of a batch has the key for itself', async () => {
  const key = randomUUID();
  const batch = async (...texts: string[]) => {
    const response = await user.fetch('/trpc/sessions.create,sessions.create?batch=1', {
      method: 'POST',
      headers: { ...json, 'idempotency-key': key },
      body: JSON.stringify(
        Object.fromEntries(texts.map((jobDescription, at) => [at, { jobDescription, questionCount: 1 }])),
      ),
    });
    return response.json();
  };
  const before = await server.deps.db.prisma.session.count();
  const first = await batch('Baker', 'Miller');
  expect(first).toMatchObject([
    { result: { data: { jobDescription: 'Baker' } } },
    { result: { data: { jobDescription: 'Miller' } } },
  ]);
  expect(await batch('Baker', 'Miller')).toEqual(first);
  expect(await server.deps.db.prisma.session.count()).toBe(before + 2);
  expect(await batch('Baker', 'Smith')).toMatchObject([first[0], { error: { data: { error: { code: 'conflict' } } } }]);
});

test('queries take no notice of it, and a call without it costs nothing', async () => {
  const rows = await server.deps.db.prisma.idempotencyKey.count();
  const response = await user.fetch('/trpc/auth.me', { headers: { 'idempotency-key': 'not, a key' } });
  expect(response.status).toBe(200);
  await user.viva.auth.consent.mutate();
  expect(await server.deps.db.prisma.idempotencyKey.count()).toBe(rows);
});

test('a key that is none is refused', async () => {
  expect(await call('auth.consent', {}, 'two words')).toMatchObject({ status: 400 });
});

test('the typed client sends one with a mutation, outside of batches', async () => {
  const { viva } = user;
  const context = { idempotencyKey: randomUUID() };
  const create = () => viva.sessions.create.mutate({ jobDescription: 'Typist', questionCount: 1 }, { context });
  const [one, other] = await Promise.all([create(), create()]);
  expect(other.id).toBe(one.id);
});
