import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import type { AnswerView, EvaluationProgress, QuestionView } from '../../src/interview/schemas.ts';
import { answerAll, collect, goodAnswer, recording, seedInterview } from '../api/support/interviews.ts';
import { type AnotherServer, type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, listen, messagesOf, turn } from './talking.ts';

let server: Viva;
let other: AnotherServer;
let user: SignedIn;
/** The same user at the other server. */
let there: SignedIn;
beforeAll(async () => {
  server = await startViva();
  other = await server.another();
  user = await server.signIn();
  there = other.at(user);
});
afterAll(() => server?.close());

const begin = (at: SignedIn, sessionId: string) => at.viva.chat.begin.mutate({ sessionId });
const say = (at: SignedIn, sessionId: string, text: string) => at.viva.chat.say.mutate({ sessionId, text });
const replies = ({ schemaName }: { schemaName: string | null }) => schemaName === 'text';
const sentences = 'This is the first sentence. The second one comes after it. The third one can be heard.';

describe('progress is seen from the other server', () => {
  it('of a transcript', async () => {
    const { questionIds } = await seedInterview(server, user.userId);
    const gate = server.upstream.hold(({ endpoint }) => endpoint === 'transcriptions', 1, {
      say: { content: goodAnswer },
    });
    const { id: answerId } = await user.viva.uploadAnswer(questionIds[0], recording());
    await gate.full;
    const events = await collect<AnswerView>(
      (handlers) => there.viva.answers.onTranscript.subscribe({ answerId }, handlers),
      gate.open,
    );
    expect(events.at(0)).toMatchObject({ transcriptState: 'pending' });
    expect(events.at(-1)).toMatchObject({ transcriptState: 'done', transcript: goodAnswer });
  });

  it('of questions that are spoken', async () => {
    const gate = server.upstream.hold(({ endpoint }) => endpoint === 'speech', 2);
    const { id: sessionId } = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 2 });
    const events = await collect<QuestionView[]>(
      (handlers) => there.viva.questions.onReady.subscribe({ sessionId }, handlers),
      gate.open,
    );
    expect(events.at(0)).toMatchObject([{ speechState: 'pending' }, { speechState: 'pending' }]);
    expect(events.at(-1)).toMatchObject([{ speechState: 'ready' }, { speechState: 'ready' }]);
  });

  it('of an evaluation', async () => {
    const seeded = await seedInterview(server, user.userId, 2);
    await answerAll(user, seeded);
    const started = Promise.withResolvers<void>();
    const events = collect<EvaluationProgress>(
      (handlers) => there.viva.evaluation.onProgress.subscribe({ sessionId: seeded.id }, handlers),
      started.resolve,
    );
    await started.promise;
    await user.viva.evaluation.run.mutate({ sessionId: seeded.id });
    expect((await events).at(-1)).toMatchObject({ state: 'complete', done: 2 });
  });
});

describe('a conversation', () => {
  it('is heard at both servers alike, turn after turn, whichever runs them', async () => {
    const session = await interview(user, 2);
    const [near, far] = await Promise.all([
      listen(user, session.id, { turns: 3 }),
      listen(there, session.id, { turns: 3 }),
    ]);
    await turn(user, session.id, () => begin(user, session.id));
    await turn(there, session.id, () => say(there, session.id, 'I have a good example.'));
    await turn(user, session.id, () => say(user, session.id, 'And it worked well.'));
    await Promise.all([near.over, far.over]);
    expect(far.events).toEqual(near.events);
    const ids = near.events.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });

  it('goes on at the other server from any id', async () => {
    const session = await interview(user);
    const gate = server.upstream.hold(replies);
    const { first, events, over } = await listen(user, session.id);
    await begin(user, session.id);
    await first('reply-started');
    const after = Number(events[0]?.id);
    const resumed = await listen(there, session.id, { after });
    await resumed.first('reply-started');
    gate.open();
    await Promise.all([over, resumed.over]);
    expect(resumed.events).toEqual(events.slice(1));
    const last = Number(events.at(-2)?.id);
    const again = await listen(there, session.id, { after: last });
    await again.over;
    expect(again.events).toEqual(events.slice(-1));
  });

  it('is in order also when the clock of the server before is ahead', async () => {
    const session = await interview(user);
    await turn(user, session.id, () => begin(user, session.id));
    const { prisma } = server.deps.db;
    const ended = await prisma.turnEvent.findFirstOrThrow({
      where: { sessionId: session.id },
      orderBy: { id: 'desc' },
    });
    const ahead = (Date.now() + 3_600_000) * 4096;
    await prisma.turnEvent.update({
      where: { sessionId_id: { sessionId: session.id, id: ended.id } },
      data: { id: BigInt(ahead) },
    });
    const { events, over } = await listen(there, session.id, { after: ahead });
    const { turnId } = await say(there, session.id, 'I have a good example.');
    await over;
    expect(events[0]?.data).toMatchObject({ type: 'turn-started', turnId });
    expect(Number(events[0]?.id)).toBeGreaterThan(ahead);
  });
});

describe('a turn that runs at the other server', () => {
  it('is interrupted, and its reply cut to what was heard', async () => {
    const session = await interview(user);
    server.upstream.setPace({ tokenMs: 200, speechChunkMs: 200 });
    const { first, over } = await listen(there, session.id);
    await begin(user, session.id);
    await first('reply-delta');
    const interrupted = await there.viva.chat.interrupt.mutate({ sessionId: session.id, heardMs: 10 });
    server.upstream.setPace({ tokenMs: 0, speechChunkMs: 0 });
    expect(interrupted).toMatchObject({ interrupted: true, heardText: expect.any(String) });
    expect((await over).at(-1)).toMatchObject({ type: 'turn-interrupted', heardMs: 10 });
  });

  it('is stopped by a reset, after which nothing is replayed at either', async () => {
    const session = await interview(user);
    server.upstream.hold(replies);
    const { first, leave } = await listen(user, session.id, { turns: 9 });
    await begin(user, session.id);
    await first('reply-started');
    expect(await there.viva.chat.reset.mutate({ sessionId: session.id })).toEqual({ reset: true });
    expect(await messagesOf(server, session.id)).toEqual([]);
    for (const at of [user, there]) {
      const again = await listen(at, session.id, { after: 0 });
      const { turnId } = await begin(at, session.id);
      expect((await again.over).filter((event) => event.turnId !== turnId)).toEqual([]);
      await at.viva.chat.reset.mutate({ sessionId: session.id });
    }
    leave();
  });

  it('can be heard while it speaks', async () => {
    const session = await interview(user);
    const gate = server.upstream.hold(replies, 1, { say: { content: sentences } });
    const { first, over } = await listen(there, session.id);
    await begin(user, session.id);
    const { audioUrl } = await first('reply-started');
    const asked = there.viva.fetchAudio(audioUrl);
    const stranger = other.at(await server.signIn());
    await expect(stranger.viva.fetchAudio(audioUrl)).rejects.toMatchObject({ status: 404 });
    gate.open();
    const growing = await asked;
    expect(growing.headers.get('content-length')).toBeNull();
    const heard = Buffer.from(await growing.arrayBuffer());
    await over;
    const stored = Buffer.from(await (await there.viva.fetchAudio(audioUrl)).arrayBuffer());
    expect(heard.length).toBeGreaterThan(5_000);
    expect(heard.equals(stored)).toBe(true);
  });

  it('refuses another one beside it', async () => {
    const session = await interview(user);
    const gate = server.upstream.hold(replies);
    const { over } = await listen(there, session.id);
    await begin(user, session.id);
    await gate.full;
    await expect(say(there, session.id, 'Hello')).rejects.toMatchObject({ data: { error: { code: 'conflict' } } });
    gate.open();
    await over;
  });

  it('by a server that does not answer is said to be so', async () => {
    const session = await interview(user);
    await server.deps.db.prisma.turn.create({
      data: { sessionId: session.id, leaseUntil: new Date(Date.now() + 60_000) },
    });
    const refused = there.viva.chat.interrupt.mutate({ sessionId: session.id, heardMs: 0 });
    await expect(refused).rejects.toMatchObject({ data: { error: { code: 'unavailable' } } });
  });
});

test('signing out at one server ends what is open at the other', async () => {
  const leaving = await server.signIn();
  const session = await interview(leaving);
  const ended = Promise.withResolvers<unknown>();
  const started = Promise.withResolvers<void>();
  leaving.viva.chat.onEvent.subscribe(
    { sessionId: session.id },
    { onStarted: () => started.resolve(), onError: ended.resolve },
  );
  await started.promise;
  await other.at(leaving).viva.auth.logout.mutate({});
  expect(await ended.promise).toMatchObject({ data: { error: { code: 'unauthenticated' } } });
});

test('a server whose connection for listening is cut off sees what it missed, and hears again', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const session = await interview(user, 2);
  const gate = server.upstream.hold(({ endpoint }) => endpoint === 'transcriptions', 1, {
    say: { content: goodAnswer },
  });
  const { id: answerId } = await user.viva.uploadAnswer(questionIds[0], recording(1));
  await gate.full;
  const started = Promise.withResolvers<void>();
  const transcript = collect<AnswerView>(
    (handlers) => there.viva.answers.onTranscript.subscribe({ answerId }, handlers),
    started.resolve,
  );
  const far = await listen(there, session.id, { turns: 2 });
  await started.promise;

  const listeners = () =>
    server.deps.db.pool.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'viva-listen' and datname = current_database()`,
    );
  const before = (await listeners()).rows.map(({ pid }) => pid);
  expect(before).toHaveLength(2);
  await server.deps.db.pool.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [before]);
  gate.open();
  await turn(user, session.id, () => begin(user, session.id));

  expect((await transcript).at(-1)).toMatchObject({ transcriptState: 'done' });
  await far.first('turn-ended');
  await vi.waitFor(
    async () => expect((await listeners()).rows.filter(({ pid }) => !before.includes(pid))).toHaveLength(2),
    { timeout: 15_000 },
  );
  await turn(user, session.id, () => say(user, session.id, 'I have a good example.'));
  expect((await far.over).at(-1)).toMatchObject({ type: 'turn-ended' });
});
