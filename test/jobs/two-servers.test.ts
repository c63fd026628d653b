import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { goodAnswer, recording, seedInterview } from '../api/support/interviews.ts';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

const patience = { timeout: 20_000, interval: 50 };
const transcribed = async (sessionId: string) =>
  server.deps.db.prisma.answer.count({ where: { question: { sessionId }, transcriptState: 'done' } });

test('two servers share the work of one user, each has a bounded part of it, and nothing is done twice', async () => {
  await using _other = await server.another();
  const { viva, userId } = await server.signIn();
  const { id, questionIds } = await seedInterview(server, userId, 12);
  // Four at once are for one user on each server: eight at a time are done by both.
  const calls = (call: { endpoint: string }) => call.endpoint === 'transcriptions';
  const both = server.upstream.hold(calls, 8, { say: { content: goodAnswer } });
  for (const _ of questionIds.slice(8)) server.upstream.hearNext(goodAnswer);
  await Promise.all(questionIds.map((questionId, number) => viva.uploadAnswer(questionId, recording(number))));
  await both.full;
  expect(server.upstream.callsTo('transcriptions')).toHaveLength(8);
  both.open();
  await vi.waitFor(async () => expect(await transcribed(id)).toBe(12), patience);
  expect(server.upstream.callsTo('transcriptions')).toHaveLength(12);
});

test('one user with many recordings leaves room for another', async () => {
  const [busy, other] = await Promise.all([server.signIn(), server.signIn()]);
  const many = await seedInterview(server, busy.userId, 6);
  const gate = server.upstream.hold(({ endpoint }) => endpoint === 'transcriptions', 4);
  await Promise.all(many.questionIds.map((id, number) => busy.viva.uploadAnswer(id, recording(number))));
  await gate.full;
  const one = await seedInterview(server, other.userId);
  server.upstream.hearNext(goodAnswer);
  await other.viva.uploadAnswer(one.questionIds[0], recording());
  await vi.waitFor(async () => expect(await transcribed(one.id)).toBe(1), patience);
  gate.open();
});

test('work that lost its session ends quietly', async () => {
  const { viva, userId } = await server.signIn();
  const { id, questionIds } = await seedInterview(server, userId);
  const gate = server.upstream.hold(({ endpoint }) => endpoint === 'transcriptions');
  await viva.uploadAnswer(questionIds[0], recording());
  await gate.full;
  await viva.sessions.delete.mutate({ sessionId: id });
  gate.open();
  await vi.waitFor(async () => expect(await server.deps.queue.present('transcribe')).toEqual(new Set()), patience);
});
