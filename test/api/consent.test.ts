import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startViva, type Viva } from '../support/viva.ts';
import { goodAnswer, recording, refusalOf, refusedResponse, seedInterview } from './support/interviews.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

/** Every file below the storage folder, partial ones included. */
async function filesKept(): Promise<string[]> {
  const entries = await readdir(server.audioPath, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

test('no voice is kept before its owner agreed, whichever door it comes through', async () => {
  const user = await server.signIn({ consent: false });
  const { questionIds } = await seedInterview(server, user.userId);
  expect(await refusalOf(user.viva.uploadAnswer(questionIds[0], recording()))).toMatchObject({
    status: 403,
    code: 'consent_required',
    message: expect.stringContaining('/api/auth/consent'),
  });
  const form = new FormData();
  form.append('question_id', questionIds[0]);
  form.append('audio_file', recording(), 'answer.wav');
  const refused = await user.fetch('/api/audio-interview/submit-answer/', { method: 'POST', body: form });
  expect(await refusedResponse(refused)).toMatchObject({ status: 403, code: 'consent_required' });

  expect(await filesKept()).toEqual([]);
  expect(await server.deps.db.prisma.audioFile.count()).toBe(0);
  expect(server.upstream.callsTo('transcriptions')).toEqual([]);
});

test('what is typed needs no consent', async () => {
  const { viva, userId } = await server.signIn({ consent: false });
  const { questionIds } = await seedInterview(server, userId);
  const answer = await viva.answers.submitText.mutate({ questionId: questionIds[0], text: goodAnswer });
  expect(answer).toMatchObject({ kind: 'typed', audio: null });
});

test('consent is stored once, and the first time counts on both doors', async () => {
  const user = await server.signIn({ consent: false });
  expect((await user.viva.auth.me.query()).consentedAt).toBeNull();
  const { consentedAt } = await user.viva.auth.consent.mutate();
  expect(Date.parse(consentedAt ?? '')).toBeGreaterThan(0);
  const again = await user.fetch('/api/auth/consent', { method: 'POST' });
  expect(await again.json()).toMatchObject({ id: user.userId, consented_at: consentedAt });
  expect((await user.viva.auth.me.query()).consentedAt).toBe(consentedAt);
  const row = await server.deps.db.prisma.user.findUnique({ where: { id: user.userId } });
  expect(row?.consentedAt?.toISOString()).toBe(consentedAt);
});

test('with consent the same upload is taken; the consent of one is not that of another', async () => {
  const [agreed, other] = await Promise.all([server.signIn(), server.signIn({ consent: false })]);
  const [mine, others] = await Promise.all([seedInterview(server, agreed.userId), seedInterview(server, other.userId)]);
  const answer = await agreed.viva.uploadAnswer(mine.questionIds[0], recording());
  expect(await filesKept()).toContain(`${answer.audio?.id}.wav`);
  expect(await refusalOf(other.viva.uploadAnswer(others.questionIds[0], recording()))).toMatchObject({
    code: 'consent_required',
  });
  expect(await filesKept()).toHaveLength(1);
});
