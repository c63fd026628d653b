import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RecordedCall } from '../support/scripted-upstream.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answerAll, goodAnswer, recording, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const patience = { timeout: 15_000, interval: 50 };

test('a server that is started again takes up what the last one left, and keeps what was done', async () => {
  const { prisma } = server.deps.db;
  const waiting = await seedInterview(server, user.userId);
  server.upstream.failNext('transcriptions', { status: 400 });
  const answer = await user.viva.uploadAnswer(waiting.questionIds[0], recording());
  await vi.waitFor(async () => {
    const { failure } = await prisma.answer.findUniqueOrThrow({ where: { id: answer.id } });
    expect(failure).not.toBeNull();
  }, patience);
  // As a server leaves it that knew of no jobs yet.
  await server.deps.db.pool.query("delete from pgboss.job where data->>'id' = $1", [answer.id]);

  const judged = await seedInterview(server, user.userId, 3);
  await answerAll(user, judged, (position) => (position === 3 ? `${goodAnswer} Third.` : goodAnswer));
  const third = (call: RecordedCall) =>
    call.schemaName === 'answer_extraction' && JSON.stringify(call.body.messages).includes('Third.');
  const gate = server.upstream.hold(third);
  const cutOff = user.viva.evaluation.run.mutate({ sessionId: judged.id });
  const cut = expect(cutOff).rejects.toThrow();
  await gate.full;
  const done = { answer: { question: { sessionId: judged.id } }, outcome: 'done' as const };
  await vi.waitFor(async () => expect(await prisma.evaluation.count({ where: done })).toBe(2), patience);
  const kept = await prisma.evaluation.findMany({ where: done });

  const callsBefore = server.upstream.callsTo('chat').length;
  server.upstream.hearNext(goodAnswer);
  await server.restart();
  await cut;

  await vi.waitFor(async () => {
    expect(await user.viva.answers.get.query({ answerId: answer.id })).toMatchObject({
      transcriptState: 'done',
      transcript: goodAnswer,
    });
  }, patience);
  await vi.waitFor(async () => {
    expect(await user.viva.evaluation.get.query({ sessionId: judged.id })).toMatchObject({
      state: 'complete',
      failures: [],
      averageScore: expect.any(Number),
    });
  }, patience);
  // The third alone was judged again: an extraction and a narrative.
  expect(server.upstream.callsTo('chat')).toHaveLength(callsBefore + 2);
  for (const evaluation of kept) {
    const now = await server.deps.db.prisma.evaluation.findUnique({ where: { id: evaluation.id } });
    expect(now).toEqual(evaluation);
  }
});

test('sign-ins, sessions and recordings outlive a restart', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  server.upstream.hearNext(goodAnswer);
  const { audio } = await user.viva.uploadAnswer(questionIds[0], recording(7));
  await server.restart();
  expect((await user.viva.sessions.list.query()).items.length).toBeGreaterThan(0);
  const bytes = await (await user.viva.fetchAudio(audio?.url ?? '')).arrayBuffer();
  expect(Buffer.from(bytes).equals(Buffer.from(await recording(7).arrayBuffer()))).toBe(true);
});

test('questions that a crash left unspoken are spoken', async () => {
  const { id } = await seedInterview(server, user.userId, 2, { createdAt: new Date(Date.now() - 600_000) });
  await server.deps.db.prisma.question.updateMany({ where: { sessionId: id }, data: { speechState: 'pending' } });
  await server.restart();
  await vi.waitFor(async () => {
    const questions = await user.viva.questions.list.query({ sessionId: id });
    expect(questions.map(({ speechState }) => speechState)).toEqual(['ready', 'ready']);
  }, patience);
});
