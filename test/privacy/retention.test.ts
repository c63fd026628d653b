import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sweepSound } from '../../src/interview/retention.ts';
import { goodAnswer, recording, refusalOf, seedInterview } from '../api/support/interviews.ts';
import { interview, turn } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva({ AUDIO_RETENTION_DAYS: '0' });
  user = await server.signIn();
});
afterAll(() => server?.close());

async function filesOf(folder: 'answers' | 'replies'): Promise<string[]> {
  return readdir(`${server.audioPath}/${folder}`).catch(() => []);
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

/** Once it is settled, whatever came of it. */
const settled = (answerId: string) =>
  vi.waitFor(
    async () => {
      const answer = await user.viva.answers.get.query({ answerId });
      expect(answer.transcriptState).not.toBe('pending');
      return answer;
    },
    { timeout: 10_000 },
  );

test('a recording is gone once it is transcribed; its words are judged and quoted, and the sound is typed as gone', async () => {
  const { viva, userId } = user;
  const { id: sessionId, questionIds } = await seedInterview(server, userId);
  const said = new Blob([await server.say(goodAnswer)]);
  const answer = await viva.uploadAnswer(questionIds[0], said);
  const url = `/audio/${(await server.deps.db.prisma.answer.findUniqueOrThrow({ where: { id: answer.id } })).audioId}`;
  await vi.waitFor(async () => expect((await settled(answer.id)).audio).toBeNull(), { timeout: 10_000 });

  expect(await filesOf('answers')).toEqual([]);
  const kept = await settled(answer.id);
  expect(kept).toMatchObject({ transcript: goodAnswer, transcriptState: 'done' });
  expect(kept.durationMs).toBeGreaterThan(1_000);
  expect(kept.words.length).toBeGreaterThan(10);
  const { evaluations } = await viva.evaluation.run.mutate({ sessionId });
  expect(evaluations).toMatchObject([{ transcript: goodAnswer, audioUrl: null, durationMs: kept.durationMs }]);
  expect(evaluations[0]?.signals.flatMap(({ quotes }) => quotes).length).toBeGreaterThan(0);
  expect((await viva.sessions.history.query({})).items.map(({ id }) => id)).toContain(sessionId);
  expect(await refusalOf(viva.fetchAudio(url))).toMatchObject({ code: 'gone', status: 410 });
  // Transcribed already: there is nothing to do again.
  expect(await viva.answers.retry.mutate({ answerId: answer.id })).toMatchObject({ transcriptState: 'done' });
  // Sent again after a lost answer it is the same one.
  expect((await viva.uploadAnswer(questionIds[0], said)).id).toBe(answer.id);
});

test('one that could not be transcribed stays for a day, then says what to do', async () => {
  const { viva, userId } = user;
  const { questionIds } = await seedInterview(server, userId);
  server.upstream.failNext('transcriptions', { status: 400 });
  const { id: answerId } = await viva.uploadAnswer(questionIds[0], recording(7));
  await vi.waitFor(async () => expect((await viva.answers.get.query({ answerId })).failure).not.toBeNull());
  // As the last attempt leaves it.
  await server.deps.db.prisma.answer.update({ where: { id: answerId }, data: { transcriptState: 'failed' } });
  await sweepSound(server.deps.product);
  const { audio } = await server.deps.db.prisma.answer.findUniqueOrThrow({
    where: { id: answerId },
    include: { audio: true },
  });
  expect(audio).toMatchObject({ goneAt: null });

  await server.deps.db.prisma.audioFile.update({ where: { id: audio?.id ?? '' }, data: { createdAt: hoursAgo(25) } });
  expect(await sweepSound(server.deps.product)).toBe(1);
  const answer = await viva.answers.get.query({ answerId });
  expect(answer).toMatchObject({ audio: null, failure: expect.stringContaining('Record it again') });
  expect(await refusalOf(viva.answers.retry.mutate({ answerId }))).toMatchObject({
    code: 'gone',
    status: 410,
    message: expect.stringContaining('Record it again'),
  });
  // The same recording, should the candidate still have it, is a new take.
  expect((await viva.uploadAnswer(questionIds[0], recording(7))).id).not.toBe(answerId);
});

test('in a conversation, what was said goes with its turn, a reply once a later turn is over; questions stay', async () => {
  const { viva } = user;
  const talk = await interview(user);
  const [recordings, replies] = await Promise.all([filesOf('answers'), filesOf('replies')]);
  await turn(user, talk.id, () => viva.chat.begin.mutate({ sessionId: talk.id }));
  const said = new Blob([await server.say('I baked bread for ten years.')]);
  await turn(user, talk.id, () => viva.uploadTurn(talk.id, said));
  expect((await filesOf('answers')).length).toBe(recordings.length + 1);
  expect((await filesOf('replies')).length).toBe(replies.length + 2);
  await vi.waitFor(async () => {
    await sweepSound(server.deps.product);
    expect((await filesOf('answers')).length).toBe(recordings.length);
    expect((await filesOf('replies')).length).toBe(replies.length + 1);
  });
  const spoken = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  await vi.waitFor(
    async () => {
      const [question] = await viva.questions.list.query({ sessionId: spoken.id });
      expect(question?.audio).not.toBeNull();
    },
    { timeout: 10_000 },
  );
  await server.deps.db.prisma.audioFile.updateMany({ data: { createdAt: hoursAgo(2) } });
  await sweepSound(server.deps.product);
  expect(await filesOf('replies')).toEqual([]);
  const [question] = await viva.questions.list.query({ sessionId: spoken.id });
  expect((await viva.fetchAudio(question?.audio?.url ?? '')).status).toBe(200);
});

test('of so many days: older recordings go, younger ones and what was made of them stay', async () => {
  const { viva, userId } = user;
  const { questionIds } = await seedInterview(server, userId);
  const keeping = { ...server.deps.product, limits: { ...server.deps.product.limits, audioRetentionDays: 7 } };
  const files = [];
  for (const days of [8, 6]) {
    const { id: answerId } = await viva.answers.submitText.mutate({ questionId: questionIds[0], text: goodAnswer });
    const storageKey = `answers/${crypto.randomUUID()}.wav`;
    const facts = { mimeType: 'audio/wav', bytes: 1, sha256: `${days}`, durationMs: 1 };
    const audio = { kind: 'answer' as const, userId, storageKey, createdAt: hoursAgo(24 * days), ...facts };
    files.push(
      (await server.deps.db.prisma.audioFile.create({ data: { ...audio, answer: { connect: { id: answerId } } } })).id,
    );
  }
  expect(await sweepSound(keeping)).toBeGreaterThanOrEqual(1);
  const rows = await server.deps.db.prisma.audioFile.findMany({
    where: { id: { in: files } },
    orderBy: { createdAt: 'asc' },
  });
  expect(rows.map(({ goneAt }) => goneAt !== null)).toEqual([true, false]);
  expect(await sweepSound({ ...keeping, limits: { ...keeping.limits, audioRetentionDays: null } })).toBe(0);
});
