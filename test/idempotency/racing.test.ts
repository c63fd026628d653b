import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerAll, recording, seedInterview } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const duplicates = 100;
const json = { 'content-type': 'application/json' };

/** The same request a hundred times at once: all answers equal, and one of them the first. */
async function race(send: () => Promise<Response>): Promise<string> {
  const answers = await Promise.all(
    Array.from({ length: duplicates }, async () => {
      const response = await send();
      const replayed = response.headers.get('idempotency-replayed');
      return { status: response.status, body: await response.text(), replayed };
    }),
  );
  expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  return answers[0]?.body ?? '';
}

const mutate = (name: string, input: unknown) => {
  const key = randomUUID();
  return () =>
    user.fetch(`/trpc/${name}`, {
      method: 'POST',
      headers: { ...json, 'idempotency-key': key },
      body: JSON.stringify(input),
    });
};

test('a hundred times the same sessions.create is one session and one call to the model', async () => {
  const body = await race(mutate('sessions.create', { jobDescription: 'Racing driver', questionCount: 1 }));
  expect(body).toContain('Racing driver');
  expect(await server.deps.db.prisma.session.count({ where: { userId: user.userId } })).toBe(1);
  expect(server.upstream.callsTo('chat')).toHaveLength(1);
});

test('a hundred times the same evaluation.run judges every answer once', async () => {
  const interview = await seedInterview(server, user.userId, 2);
  await answerAll(user, interview);
  const before = server.upstream.callsTo('chat').length;
  const body = await race(mutate('evaluation.run', { sessionId: interview.id }));
  expect(body).toContain('"state":"complete"');
  // For each answer its quotes and its words.
  expect(server.upstream.callsTo('chat').slice(before)).toHaveLength(4);
  expect(await server.deps.db.prisma.evaluation.count()).toBe(2);
});

test('a hundred times the same typed answer is one take', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  await race(mutate('answers.submitText', { questionId: questionIds[0], text: 'I led the migration.' }));
  expect(await server.deps.db.prisma.answer.count({ where: { questionId: questionIds[0] } })).toBe(1);
});

test('a hundred times the same upload is one take, one file and one transcription', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const said = await recording().arrayBuffer();
  const key = randomUUID();
  const before = server.upstream.callsTo('transcriptions').length;
  const body = await race(() => {
    const form = new FormData();
    form.set('file', new Blob([said]), 'answer.wav');
    const headers = { 'idempotency-key': key };
    return user.fetch(`/upload/answers/${questionIds[0]}`, { method: 'POST', headers, body: form });
  });
  const { prisma } = server.deps.db;
  expect(await prisma.answer.findMany({ where: { questionId: questionIds[0] } })).toMatchObject([
    { id: JSON.parse(body).id },
  ]);
  expect(await prisma.audioFile.count({ where: { userId: user.userId, kind: 'answer' } })).toBe(1);
  const transcribed = () => prisma.answer.count({ where: { questionId: questionIds[0], transcriptState: 'pending' } });
  await expect.poll(transcribed, { timeout: 10_000 }).toBe(0);
  expect(server.upstream.callsTo('transcriptions').slice(before)).toHaveLength(1);
});

test('a hundred strangers cannot become one guest, a hundred tries of one do', async () => {
  const before = await server.deps.db.prisma.user.count();
  const key = randomUUID();
  const body = await race(() =>
    fetch(`${server.url}/api/auth/guest`, { method: 'POST', headers: { 'idempotency-key': key } }),
  );
  expect(JSON.parse(body)).toMatchObject({ token: expect.any(String), user: { kind: 'guest' } });
  expect(await server.deps.db.prisma.user.count()).toBe(before + 1);
  const weak = await fetch(`${server.url}/api/auth/guest`, { method: 'POST', headers: { 'idempotency-key': '1' } });
  expect(weak.status).toBe(400);
});
