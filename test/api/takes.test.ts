import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { goodAnswer, recording, refusalOf, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

async function takesOf(questionId: string) {
  const { items } = await user.viva.answers.list.query({ questionId, limit: 100 });
  return items.map(({ take, counts }) => ({ take, counts }));
}

test('every take is kept and the last one counts, until the candidate picks another or speaks again', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const [questionId] = questionIds;
  const first = await user.viva.uploadAnswer(questionId, recording(1));
  const second = await user.viva.uploadAnswer(questionId, recording(2));
  const typed = await user.viva.answers.submitText.mutate({ questionId, text: goodAnswer });
  expect([first.take, second.take, typed.take]).toEqual([1, 2, 3]);
  expect(await takesOf(questionId)).toEqual([
    { take: 3, counts: true },
    { take: 2, counts: false },
    { take: 1, counts: false },
  ]);
  for (const answer of [first, second]) {
    const audio = await user.viva.fetchAudio(answer.audio?.url ?? '');
    expect((await audio.arrayBuffer()).byteLength).toBe(answer.audio?.bytes);
  }

  expect(await user.viva.answers.choose.mutate({ answerId: first.id })).toMatchObject({ take: 1, counts: true });
  expect((await takesOf(questionId)).filter((take) => take.counts)).toEqual([{ take: 1, counts: true }]);
  await user.viva.answers.choose.mutate({ answerId: second.id });
  expect(await user.viva.answers.get.query({ answerId: first.id })).toMatchObject({ counts: false });

  await user.viva.answers.submitText.mutate({ questionId, text: 'Let me say that again.' });
  expect((await takesOf(questionId)).filter((take) => take.counts)).toEqual([{ take: 4, counts: true }]);
});

test('a question that was answered three times is one answered question', async () => {
  const { id, questionIds } = await seedInterview(server, user.userId, 2);
  for (const text of ['One.', 'Two.', 'Three.']) {
    await user.viva.answers.submitText.mutate({ questionId: questionIds[0], text });
  }
  const session = await user.viva.sessions.get.query({ sessionId: id });
  expect(session).toMatchObject({ answeredQuestions: 1, completionRate: 50 });
});

test('after a retake only the new take is evaluated; choosing between takes moves the average at no cost', async () => {
  const { id: sessionId, questionIds } = await seedInterview(server, user.userId, 2);
  const [first, second] = questionIds;
  const weak = await user.viva.answers.submitText.mutate({ questionId: first, text: 'I would rather not say.' });
  await user.viva.answers.submitText.mutate({ questionId: second ?? '', text: goodAnswer });
  const before = await user.viva.evaluation.run.mutate({ sessionId });
  const calls = () => server.upstream.callsTo('chat').length;

  const strong = await user.viva.answers.submitText.mutate({ questionId: first, text: goodAnswer });
  const callsBefore = calls();
  const after = await user.viva.evaluation.run.mutate({ sessionId });
  expect(calls() - callsBefore).toBe(2);
  expect(after.evaluations.map((one) => one.answerId)).toEqual([strong.id, before.evaluations[1]?.answerId]);
  expect(after.evaluations[1]).toEqual(before.evaluations[1]);
  expect(after.averageScore).toBeGreaterThan(before.averageScore ?? 100);

  await user.viva.answers.choose.mutate({ answerId: weak.id });
  const chosen = await user.viva.evaluation.run.mutate({ sessionId });
  expect(calls() - callsBefore).toBe(2);
  expect(chosen).toEqual(before);
  expect((await user.viva.sessions.get.query({ sessionId })).averageScore).toBe(before.averageScore);
});

test('the same bytes sent twice are one answer, and ten times at once too', async () => {
  const { questionIds } = await seedInterview(server, user.userId, 2);
  const [first, second = ''] = questionIds;
  const once = await user.viva.uploadAnswer(first, recording(3));
  expect(await user.viva.uploadAnswer(first, recording(3))).toMatchObject({ id: once.id, take: 1 });

  const files = await readdir(join(server.audioPath, 'answers'));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => user.viva.uploadAnswer(second, recording(3), { fileName: 'x.wav' })),
  );
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(answers[0]?.id).not.toBe(once.id);
  expect(await takesOf(second)).toEqual([{ take: 1, counts: true }]);
  expect(await readdir(join(server.audioPath, 'answers'))).toHaveLength(files.length + 1);
});

test('ten different takes at once are numbered 1 to 10, and the last counts', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      index % 2
        ? user.viva.answers.submitText.mutate({ questionId: questionIds[0], text: `Take ${index}` })
        : user.viva.uploadAnswer(questionIds[0], recording(10 + index)),
    ),
  );
  expect(answers.map(({ take }) => take).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect((await takesOf(questionIds[0])).filter((take) => take.counts)).toEqual([{ take: 10, counts: true }]);
});

test("a take of another question is nobody's choice", async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const other = await server.signIn();
  const theirs = await seedInterview(server, other.userId);
  const answer = await other.viva.answers.submitText.mutate({ questionId: theirs.questionIds[0], text: goodAnswer });
  expect(await refusalOf(user.viva.answers.choose.mutate({ answerId: answer.id }))).toMatchObject({
    code: 'not_found',
  });
  expect(await takesOf(questionIds[0])).toEqual([]);
});
