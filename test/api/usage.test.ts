import { afterAll, beforeAll, expect, test } from 'vitest';
import { turn } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answerAll, goodAnswer, recording, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const usageOf = (sessionId: string) => user.viva.sessions.usage.query({ sessionId });

test('a session that cost nothing', async () => {
  const { id } = await seedInterview(server, user.userId);
  expect(await usageOf(id)).toEqual({ sessionId: id, models: [], estimatedCostUsd: 0, turns: [] });
});

test('an evaluated interview: what was consumed by model, and what it costs', async () => {
  const interview = await seedInterview(server, user.userId, 2);
  await answerAll(user, interview);
  await user.viva.evaluation.run.mutate({ sessionId: interview.id });
  const { models, estimatedCostUsd } = await usageOf(interview.id);
  // Two calls per answer: what it shows, and what to say about it.
  expect(models).toMatchObject([{ capability: 'evaluate', model: 'gpt-4o', calls: 4, audioMs: 0, characters: 0 }]);
  const { inputTokens = 0, outputTokens = 0 } = models[0] ?? {};
  expect(Math.min(inputTokens, outputTokens)).toBeGreaterThan(0);
  expect(estimatedCostUsd).toBeCloseTo((inputTokens * 2.5 + outputTokens * 10) / 1e6, 9);
  expect(models[0]?.estimatedCostUsd).toBe(estimatedCostUsd);
});

test('sums are per capability and model, and of this session only', async () => {
  const { userId } = user;
  const [mine, other] = [await seedInterview(server, userId), await seedInterview(server, userId)];
  const call = { userId, sessionId: mine.id };
  await server.deps.db.prisma.usage.createMany({
    data: [
      { ...call, capability: 'chat', model: 'gpt-4o', inputTokens: 100, outputTokens: 10 },
      { ...call, capability: 'chat', model: 'gpt-4o', inputTokens: 300, outputTokens: 30 },
      { ...call, capability: 'evaluate', model: 'gpt-4o', inputTokens: 1_000 },
      { ...call, capability: 'speak', model: 'tts-1-hd', characters: 500, audioMs: 30_000 },
      { ...call, capability: 'transcribe', model: 'whisper-1', audioMs: 60_000 },
      { userId, sessionId: other.id, capability: 'chat', model: 'llama3.3:70b', inputTokens: 7 },
    ],
  });
  const { models, estimatedCostUsd } = await usageOf(mine.id);
  expect(models.map(({ capability, model, calls }) => [capability, model, calls])).toEqual([
    ['chat', 'gpt-4o', 2],
    ['evaluate', 'gpt-4o', 1],
    ['speak', 'tts-1-hd', 1],
    ['transcribe', 'whisper-1', 1],
  ]);
  expect(models[0]).toMatchObject({ inputTokens: 400, outputTokens: 40 });
  expect(models[2]).toMatchObject({ characters: 500, audioMs: 30_000 });
  expect(estimatedCostUsd).toBeCloseTo(0.0014 + 0.0025 + 0.015 + 0.006, 9);
  expect(await usageOf(other.id)).toMatchObject({ models: [{ estimatedCostUsd: null }], estimatedCostUsd: null });
});

test('a recording counts by its length', async () => {
  const { id, questionIds } = await seedInterview(server, user.userId);
  server.upstream.hearNext(goodAnswer);
  const { id: answerId, audio } = await user.viva.uploadAnswer(questionIds[0], recording());
  await expect
    .poll(() => user.viva.answers.get.query({ answerId }), { timeout: 10_000 })
    .toMatchObject({ transcriptState: 'done' });
  await expect
    .poll(async () => (await usageOf(id)).models, { timeout: 10_000 })
    .toMatchObject([{ capability: 'transcribe', model: 'whisper-1', calls: 1, audioMs: audio?.durationMs }]);
});

test('a live conversation: each turn by itself, and all of them in the sum', async () => {
  const input = { jobDescription: 'Baker', questionCount: 1, speakQuestions: false };
  const { id } = await user.viva.sessions.create.mutate(input);
  const first = await turn(user, id, () => user.viva.chat.begin.mutate({ sessionId: id }));
  const recorded = new Blob([await server.say(goodAnswer)]);
  const second = await turn(user, id, () => user.viva.uploadTurn(id, recorded, { fileName: 'turn.mp3' }));
  const { turns, models } = await usageOf(id);
  expect(turns.map(({ turnId }) => turnId)).toEqual([first[0]?.turnId, second[0]?.turnId]);
  const kinds = turns.map(({ models: ofTurn }) => ofTurn.map(({ capability }) => capability));
  expect(kinds).toEqual([
    ['chat', 'speak'],
    ['chat', 'speak', 'transcribe'],
  ]);
  const spoken = turns.map(({ models: ofTurn }) => ofTurn.find(({ capability }) => capability === 'speak'));
  expect(models.find(({ capability }) => capability === 'speak')).toMatchObject({
    calls: 2,
    characters: (spoken[0]?.characters ?? 0) + (spoken[1]?.characters ?? 0),
    audioMs: (spoken[0]?.audioMs ?? 0) + (spoken[1]?.audioMs ?? 0),
  });
  // The questions were written before anybody spoke.
  const chatOfTurns = turns.flatMap(({ models: ofTurn }) => ofTurn.filter(({ capability }) => capability === 'chat'));
  expect(models.find(({ capability }) => capability === 'chat')?.calls).toBe(chatOfTurns.length + 1);
});
