import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingWording } from '../../src/auth/consent.ts';
import { createVivaClient } from '../../src/client.ts';
import { recording, refusalOf, refusedResponse, seedInterview } from '../api/support/interviews.ts';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

const entry = (given: boolean) => ({ subject: 'recording', given, wording: recordingWording, at: expect.any(String) });

test('the wording that is logged is the one that the page shows', async () => {
  const page = (path: string) => readFile(new URL(`../../src/web/pages/${path}`, import.meta.url), 'utf8');
  const shown = (await Promise.all(['start/strings.ts', 'interview/strings.en.ts'].map(page))).join('');
  // Whoever changes these words gives `recordingWording` another value, and changes them here.
  expect(recordingWording).toBe('recording-2026-11');
  expect(shown).toContain("'I agree that my answers are recorded, written down and evaluated.'");
  expect(shown).toContain(
    "'Your voice is stored on this server so that it can be transcribed and you can listen to it again. Deleting the interview deletes it.'",
  );
});

test('giving and taking back are logged with their wording, newest first, each once, on both doors', async () => {
  const user = await server.signIn({ consent: false });
  expect(await user.viva.auth.consents.query()).toEqual([]);
  await user.viva.auth.consent.mutate();
  await user.fetch('/api/auth/consent', { method: 'POST' });
  expect((await user.viva.auth.withdrawConsent.mutate()).consentedAt).toBeNull();
  const withdrawn = await user.fetch('/api/auth/consent', { method: 'DELETE' });
  expect(await withdrawn.json()).toMatchObject({ id: user.userId, consented_at: null });
  await user.viva.auth.consent.mutate();

  const expected = [entry(true), entry(false), entry(true)];
  expect(await user.viva.auth.consents.query()).toEqual(expected);
  expect(await (await user.fetch('/api/auth/consents')).json()).toEqual({ consents: expected });
});

test('ten that agree at once are one entry', async () => {
  const { viva, userId } = await server.signIn({ consent: false });
  await Promise.all(Array.from({ length: 10 }, () => viva.auth.consent.mutate()));
  expect(await server.deps.db.prisma.consentEntry.count({ where: { userId } })).toBe(1);
});

test('after it was taken back nothing is recorded; what was recorded before can still be heard', async () => {
  const { viva, userId } = await server.signIn();
  const { id, questionIds } = await seedInterview(server, userId);
  const before = await viva.uploadAnswer(questionIds[0], recording());
  await viva.auth.withdrawConsent.mutate();
  expect(await refusalOf(viva.uploadAnswer(questionIds[0], recording(1)))).toMatchObject({ code: 'consent_required' });
  expect(await refusalOf(viva.uploadTurn(id, recording(2)))).toMatchObject({ code: 'consent_required' });
  expect((await viva.fetchAudio(before.audio?.url ?? '')).status).toBe(200);
});

test.each([
  ['the withdrawal of a guest', true, false, false],
  ['the consent of a guest', false, true, true],
])('%s comes along into the account, with the log', async (_what, account, guest, expected) => {
  const anybody = createVivaClient({ url: server.url });
  const identity = { email: `${crypto.randomUUID()}@example.org`, password: 'long enough 1' };
  const { token } = await anybody.auth.register.mutate(identity);
  if (account) await createVivaClient({ url: server.url, token }).auth.consent.mutate();
  const { viva } = await server.signIn();
  if (!guest) await viva.auth.withdrawConsent.mutate();
  const merged = await viva.auth.login.mutate(identity);
  expect(merged.user.consentedAt !== null).toBe(expected);
  const log = await createVivaClient({ url: server.url, token: merged.token }).auth.consents.query();
  expect(log.map(({ given }) => given)).toEqual([...(guest ? [] : [false]), true, ...(account ? [true] : [])]);
});

test('without signing in there is no log', async () => {
  for (const [path, method] of [
    ['/api/auth/consents', 'GET'],
    ['/api/auth/consent', 'DELETE'],
    ['/api/auth/account', 'DELETE'],
  ] as const) {
    const refused = await refusedResponse(await fetch(`${server.url}${path}`, { method }));
    expect(refused).toMatchObject({ status: 401, code: 'unauthenticated' });
  }
});
