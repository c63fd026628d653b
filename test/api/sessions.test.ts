import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answerAll, goodAnswer, recording, refusalOf, seedInterview } from './support/interviews.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

const filesIn = (folder: string) => readdir(join(server.audioPath, folder)).catch(() => []);

/** Every page of a list, followed by its cursors. */
async function pages<Item>(read: (cursor?: string) => Promise<{ items: Item[]; nextCursor: string | null }>) {
  const all: Item[][] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const { items, nextCursor } = await read(cursor);
    all.push(items);
    cursor = nextCursor ?? undefined;
    more = cursor !== undefined;
  }
  return all;
}

test('twenty-five sessions are listed in pages, newest first, without gap or repetition', async () => {
  const [user, other] = await Promise.all([server.signIn(), server.signIn()]);
  const { viva } = user;
  const made: string[] = [];
  for (let count = 0; count < 25; count++) made.push((await seedInterview(server, user.userId)).id);
  await seedInterview(server, other.userId);
  const newestFirst = made.toReversed();

  const list = await pages((cursor) => viva.sessions.list.query({ limit: 10, ...(cursor && { cursor }) }));
  expect(list.map((page) => page.length)).toEqual([10, 10, 5]);
  expect(list.flat().map(({ id }) => id)).toEqual(newestFirst);

  const history = await pages((cursor) => viva.sessions.history.query({ limit: 5, ...(cursor && { cursor }) }));
  expect(history.map((page) => page.length)).toEqual([5, 5, 5, 5, 5]);
  expect(history.flat().map(({ id }) => id)).toEqual(newestFirst);
  const [last] = made;
  expect(await viva.sessions.history.query({ cursor: last ?? '' })).toEqual({
    items: [],
    totalSessions: 25,
    nextCursor: null,
  });
  expect(await viva.sessions.history.query()).toMatchObject({ totalSessions: 25, nextCursor: newestFirst[9] });
  expect((await viva.sessions.list.query()).items).toHaveLength(10);

  const rest = await user.fetch('/audio-interview/history?limit=20');
  const body = await rest.json();
  expect(body).toMatchObject({ total_sessions: 25, next_cursor: newestFirst[19] });
  expect(body.sessions.map(({ id }: { id: string }) => id)).toEqual(newestFirst.slice(0, 20));
});

test('somebody without sessions has an empty history, not an error', async () => {
  const { viva, fetch } = await server.signIn();
  expect(await viva.sessions.history.query()).toEqual({ items: [], totalSessions: 0, nextCursor: null });
  expect(await (await fetch('/api/audio-interview/history/')).json()).toEqual({
    sessions: [],
    total_sessions: 0,
    next_cursor: null,
    interview_type: 'audio',
  });
});

test('the history tells of each session what was answered and scored, by the takes that count', async () => {
  const user = await server.signIn();
  const interview = await seedInterview(server, user.userId, 3);
  const [first, second = ''] = interview.questionIds;
  await user.viva.answers.submitText.mutate({ questionId: second, text: 'A first try.' });
  const counted = await user.viva.answers.submitText.mutate({ questionId: second, text: goodAnswer });
  await user.viva.answers.submitText.mutate({ questionId: first, text: goodAnswer });
  const report = await user.viva.evaluation.run.mutate({ sessionId: interview.id });
  const { items } = await user.viva.sessions.history.query();
  expect(items).toMatchObject([
    {
      id: interview.id,
      questionCount: 3,
      answeredQuestions: 2,
      completionRate: 67,
      evaluationState: 'complete',
      averageScore: report.averageScore,
    },
  ]);
  expect(items[0]?.answers).toMatchObject([
    { position: 1, questionId: first, score: report.evaluations[0]?.score },
    { position: 2, questionId: second, answerId: counted.id, score: report.evaluations[1]?.score },
  ]);
});

test('ending is done once: the second time changes nothing', async () => {
  const { viva, userId } = await server.signIn();
  const { id: sessionId } = await seedInterview(server, userId);
  expect(await viva.sessions.get.query({ sessionId })).toMatchObject({ state: 'active', endedAt: null });
  const ended = await viva.sessions.end.mutate({ sessionId });
  expect(ended).toMatchObject({ state: 'ended', endedAt: expect.any(String) });
  const twice = await Promise.all([1, 2, 3].map(() => viva.sessions.end.mutate({ sessionId })));
  expect(twice).toEqual([ended, ended, ended]);
});

test('deleting removes rows and files, and leaves the speech that another session uses', async () => {
  const [user, other] = await Promise.all([server.signIn(), server.signIn()]);
  const [mine, theirs] = await Promise.all([
    seedInterview(server, user.userId, 2),
    seedInterview(server, other.userId),
  ]);
  const [shared, own = ''] = mine.questionIds;
  const speak = ({ viva }: SignedIn, questionId: string) => viva.questions.respeak.mutate({ questionId });
  const sharedAudio = (await speak(user, shared)).audio;
  expect((await speak(other, theirs.questionIds[0])).audio).toEqual(sharedAudio);
  const ownAudio = (await speak(user, own)).audio;
  const take = await user.viva.uploadAnswer(shared, recording(1));
  const lastTake = await user.viva.uploadAnswer(shared, recording(2));
  await answerAll(user, mine);
  await user.viva.evaluation.run.mutate({ sessionId: mine.id });

  expect(await user.viva.sessions.delete.mutate({ sessionId: mine.id })).toMatchObject({
    ...{ deleted: true, sessions: 1, questions: 2, answers: 4, evaluations: 2, filesLeft: 0 },
  });
  const { prisma } = server.deps.db;
  expect(await prisma.question.count({ where: { sessionId: mine.id } })).toBe(0);
  expect(await prisma.answer.count({ where: { questionId: { in: mine.questionIds } } })).toBe(0);
  expect(await prisma.audioFile.count({ where: { userId: user.userId } })).toBe(0);
  expect(await filesIn('answers')).toEqual([]);
  expect(await filesIn('questions')).toEqual([`${sharedAudio?.id}.mp3`]);
  for (const audio of [take.audio, lastTake.audio, ownAudio, sharedAudio]) {
    expect(await refusalOf(user.viva.fetchAudio(audio?.url ?? ''))).toMatchObject({ code: 'not_found' });
  }
  expect((await other.viva.fetchAudio(sharedAudio?.url ?? '')).status).toBe(200);
  expect(await refusalOf(user.viva.sessions.get.query({ sessionId: mine.id }))).toMatchObject({ code: 'not_found' });
  expect(await refusalOf(user.viva.sessions.delete.mutate({ sessionId: mine.id }))).toMatchObject({
    code: 'not_found',
  });

  await other.viva.sessions.delete.mutate({ sessionId: theirs.id });
  expect(await filesIn('questions')).toEqual([]);
});

test('an export has everything: questions, every take, transcripts, the evaluation', async () => {
  const user = await server.signIn();
  const interview = await seedInterview(server, user.userId, 2);
  // More takes than a page holds.
  for (let take = 0; take < 101; take++) {
    await user.viva.answers.submitText.mutate({ questionId: interview.questionIds[0], text: `Take ${take + 1}.` });
  }
  server.upstream.hearNext(goodAnswer);
  const spoken = await user.viva.uploadAnswer(interview.questionIds[1] ?? '', recording());
  const report = await user.viva.evaluation.run.mutate({ sessionId: interview.id });
  const exported = await user.viva.sessions.export.query({ sessionId: interview.id });
  expect(Date.parse(exported.exportedAt)).toBeGreaterThan(0);
  expect(exported.session).toEqual(await user.viva.sessions.get.query({ sessionId: interview.id }));
  expect(exported.answers).toHaveLength(102);
  expect(exported.answers.slice(0, 101).map(({ transcript }) => transcript)).toEqual(
    Array.from({ length: 101 }, (_, index) => `Take ${index + 1}.`),
  );
  expect(exported.answers.at(-1)).toMatchObject({ id: spoken.id, audio: spoken.audio, transcriptState: 'done' });
  expect(exported.evaluation).toEqual(report);
});

test('what is hidden in the text is not stored', async () => {
  const { viva } = await server.signIn();
  const { id } = await viva.sessions.create.mutate({
    jobDescription: ' Baker\0\u202e in Bremen\r\n',
    cvText: 'Ada\0',
    questionCount: 1,
  });
  expect((await viva.sessions.get.query({ sessionId: id })).jobDescription).toBe('Baker in Bremen');
});
