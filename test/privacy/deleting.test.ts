import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import type { LiveRecordingEvent } from '../../src/interview/live-recording/events.ts';
import { startLiveRecording } from '../../src/interview/live-recording/live-recording.ts';
import { goodAnswer, recording, refusalOf, refusedResponse, seedInterview } from '../api/support/interviews.ts';
import { interview, listen, turn } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva({ LOG_LEVEL: 'error' });
});
afterAll(() => server?.close());

const signIn = () => server.signIn();

/** Every file below the storage folder, partial ones included. */
async function filesKept(): Promise<string[]> {
  const entries = await readdir(server.audioPath, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Rows of every table that tell of somebody, but for whoever else is there. */
async function rowsOf(userId: string): Promise<Record<string, number>> {
  const tables = await server.deps.db.pool.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
      where table_schema = 'public' and column_name in ('user_id', 'owner')`,
  );
  const counts: Record<string, number> = {};
  for (const { table, column } of tables.rows) {
    const { rows } = await server.deps.db.pool.query<{ count: number }>(
      `select count(*)::int as count from "${table}" where "${column}"::text in ($1, 'user:' || $1)`,
      [userId],
    );
    counts[table] = rows[0]?.count ?? 0;
  }
  return counts;
}

/** One of everything: a spoken interview with takes, evaluated, and a conversation. */
async function lifeOf(user: SignedIn) {
  const { viva } = user;
  await viva.uploadCv(new Blob([goodAnswer]));
  const recorded = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const [question] = recorded.questions;
  if (!question) throw new Error('no question');
  const answer = await viva.uploadAnswer(question.id, new Blob([await server.say(goodAnswer)]));
  await vi.waitFor(
    async () => expect((await viva.answers.get.query({ answerId: answer.id })).transcriptState).toBe('done'),
    { timeout: 10_000 },
  );
  await viva.evaluation.run.mutate({ sessionId: recorded.id });
  const talked = await interview(user);
  await turn(user, talked.id, () => viva.chat.begin.mutate({ sessionId: talked.id }));
  const said = new Blob([await server.say('I baked bread for ten years.')]);
  await turn(user, talked.id, () => viva.uploadTurn(talked.id, said));
  await user.fetch('/api/voice/ask', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ prompt: 'What is a CV?' }),
  });
  return { recorded, talked, answer };
}

test('a session goes with its rows and files, while a conversation goes on, and the answer tells what went', async () => {
  const user = await signIn();
  const { recorded, talked, answer } = await lifeOf(user);
  const before = await filesKept();
  const events = await listen(user, talked.id, { turns: 2 });
  events.over.catch(() => undefined);
  const asked = server.upstream.hold(({ schemaName }) => schemaName === 'text');
  await user.viva.chat.say.mutate({ sessionId: talked.id, text: 'What comes next?' });
  await asked.full;

  const deleted = await user.viva.sessions.delete.mutate({ sessionId: talked.id });
  asked.open();
  expect(deleted).toMatchObject({ deleted: true, sessions: 1, questions: 1, filesLeft: 0 });
  expect(deleted.messages).toBeGreaterThanOrEqual(3);
  expect(deleted.files).toBeGreaterThanOrEqual(3);
  expect((await filesKept()).length).toBe(before.length - deleted.files);
  // The stream ends with the reason, after the end of the turn.
  await expect(events.over).rejects.toMatchObject({ data: { error: { code: 'not_found' } } });
  expect(events.events.map(({ data }) => data.type)).toContain('turn-interrupted');
  expect(await refusalOf(user.viva.sessions.get.query({ sessionId: talked.id }))).toMatchObject({ code: 'not_found' });
  expect((await user.viva.fetchAudio(answer.audio?.url ?? '')).status).toBe(200);
  expect((await user.viva.sessions.get.query({ sessionId: recorded.id })).id).toBe(recorded.id);
});

test('what is being transcribed and judged ends with its session, and leaves nothing', async () => {
  const user = await signIn();
  const { id, questionIds } = await seedInterview(server, user.userId);
  const hearing = server.upstream.hold(({ endpoint }) => endpoint === 'transcriptions');
  const answer = await user.viva.uploadAnswer(questionIds[0], recording());
  await hearing.full;
  const call = server.upstream.callsTo('transcriptions').at(-1);
  const watched = Promise.withResolvers<unknown>();
  user.viva.answers.onTranscript.subscribe({ answerId: answer.id }, { onError: watched.resolve });
  const deleted = await user.viva.sessions.delete.mutate({ sessionId: id });
  expect(deleted).toMatchObject({ sessions: 1, answers: 1, files: 1, filesLeft: 0 });
  await vi.waitFor(() => expect(call?.ended()).toBe(true), { timeout: 10_000 });
  hearing.open();
  expect(await filesKept()).not.toContain(`${answer.audio?.id}.wav`);
  expect(await server.deps.db.prisma.answer.count({ where: { id: answer.id } })).toBe(0);
  expect(await watched.promise).toMatchObject({ data: { error: { code: 'not_found' } } });
});

test('speech of a question that somebody else is asked too stays until both are gone', async () => {
  const [one, other] = await Promise.all([signIn(), signIn()]);
  const input = { jobDescription: 'Gardener of roses', questionCount: 1 };
  const sessions = [await one.viva.sessions.create.mutate(input), await other.viva.sessions.create.mutate(input)];
  const [mine, theirs] = sessions.map(({ id }) => id);
  if (!mine || !theirs) throw new Error('no sessions');
  const audioOf = (user: SignedIn, sessionId: string) =>
    vi.waitFor(
      async () => {
        const [question] = await user.viva.questions.list.query({ sessionId });
        expect(question?.audio).not.toBeNull();
        return question?.audio?.url ?? '';
      },
      { timeout: 10_000 },
    );
  const url = await audioOf(one, mine);
  expect(await audioOf(other, theirs)).toBe(url);
  expect((await one.viva.sessions.delete.mutate({ sessionId: mine })).files).toBe(0);
  expect((await other.viva.fetchAudio(url)).status).toBe(200);
  expect((await other.viva.sessions.delete.mutate({ sessionId: theirs })).files).toBe(1);
});

test('an account goes with everything, on every device, after the password', async () => {
  const guest = await signIn();
  await lifeOf(guest);
  const stranger = await signIn();
  await lifeOf(stranger);
  const identity = { email: `${crypto.randomUUID()}@example.org`, password: 'long enough 1' };
  const tokens = await guest.viva.auth.register.mutate(identity);
  const viva = createVivaClient({ url: server.url, token: tokens.token });
  const elsewhere = await createVivaClient({ url: server.url }).auth.login.mutate(identity);
  const other = createVivaClient({ url: server.url, token: elsewhere.token });
  const open = Promise.withResolvers<unknown>();
  const [{ id: sessionId } = { id: '' }] = (await other.sessions.list.query()).items;
  other.chat.onEvent.subscribe({ sessionId }, { onError: open.resolve });
  const theirs = await rowsOf(stranger.userId);
  const all = (await filesKept()).length;

  expect(await refusalOf(viva.auth.deleteAccount.mutate({ confirm: true }))).toMatchObject({ code: 'invalid_input' });
  const wrong = { confirm: true as const, password: 'not it at all' };
  expect(await refusalOf(viva.auth.deleteAccount.mutate(wrong))).toMatchObject({ code: 'forbidden', status: 403 });
  expect((await viva.auth.me.query()).id).toBe(guest.userId);

  const deleted = await viva.auth.deleteAccount.mutate({ confirm: true, password: identity.password });
  expect(deleted).toMatchObject({ deleted: true, sessions: 2, answers: 1, evaluations: 1, filesLeft: 0 });
  expect(Object.values(await rowsOf(guest.userId)).every((rows) => rows === 0)).toBe(true);
  expect(await server.deps.db.prisma.user.findUnique({ where: { id: guest.userId } })).toBeNull();
  expect((await filesKept()).length).toBe(all - deleted.files);
  for (const client of [viva, other]) {
    expect(await refusalOf(client.auth.me.query())).toMatchObject({ code: 'unauthenticated' });
  }
  expect(await refusalOf(createVivaClient({ url: server.url }).auth.login.mutate(identity))).toMatchObject({
    code: 'unauthenticated',
  });
  expect(['unauthenticated', 'not_found']).toContain(
    (await open.promise.then((error) => refusalOf(Promise.reject(error)))).code,
  );
  expect(await rowsOf(stranger.userId)).toEqual(theirs);
});

test('a guest confirms, by REST as well', async () => {
  const guest = await signIn();
  const init = (body: object) => ({
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const unconfirmed = await guest.fetch('/api/auth/account', init({}));
  expect(await refusedResponse(unconfirmed)).toMatchObject({ code: 'invalid_input', status: 400 });
  const gone = await guest.fetch('/api/auth/account', init({ confirm: true }));
  expect(await gone.json()).toMatchObject({ deleted: true, sessions: 0, files_left: 0 });
  expect(gone.headers.get('set-cookie')).toMatch(/^viva_token=;/);
  expect((await guest.fetch('/api/auth/me')).status).toBe(401);
});

test('uploads that race with a deletion leave nothing', async () => {
  const user = await signIn();
  const { id, questionIds } = await seedInterview(server, user.userId);
  const before = await filesKept();
  const uploads = Array.from({ length: 8 }, (_, index) =>
    user.viva.uploadAnswer(questionIds[0], recording(20 + index)).then(
      () => 'taken',
      (error: unknown) => refusalOf(Promise.reject(error)).then(({ code }) => code),
    ),
  );
  await Promise.any(uploads);
  const deletion = user.viva.sessions.delete.mutate({ sessionId: id });
  const outcomes = new Set(await Promise.all(uploads));
  await deletion;
  const allowed = ['taken', 'not_found', 'session_ended', 'gone'];
  expect([...outcomes].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
  await vi.waitFor(async () => expect(await filesKept()).toEqual(before));
  expect(await server.deps.db.prisma.audioFile.count({ where: { userId: user.userId } })).toBe(0);
});

test('a file that the disk does not let go of is told of, and is nobody’s any more', async () => {
  const user = await signIn();
  const { id, questionIds } = await seedInterview(server, user.userId);
  const kept = await user.viva.uploadAnswer(questionIds[0], recording(40));
  await user.viva.uploadAnswer(questionIds[0], recording(41));
  const path = join(server.audioPath, 'answers', `${kept.audio?.id}.wav`);
  // A folder cannot be removed as a file can.
  await rm(path);
  await mkdir(path);
  const deleted = await user.viva.sessions.delete.mutate({ sessionId: id });
  expect(deleted).toMatchObject({ answers: 2, files: 1, filesLeft: 1 });
  expect(await server.deps.db.prisma.audioFile.count({ where: { userId: user.userId } })).toBe(0);
  expect(await refusalOf(user.viva.fetchAudio(kept.audio?.url ?? ''))).toMatchObject({ code: 'not_found' });
});

test('an answer that is being recorded ends, and its sound goes, with the session', async () => {
  const user = await signIn();
  const { id, questionIds } = await seedInterview(server, user.userId);
  const { product } = server.deps;
  const told: LiveRecordingEvent[] = [];
  const caller = { deps: product, userId: user.userId };
  const live = await startLiveRecording(caller, { questionId: questionIds[0] }, (event) => told.push(event));
  live.hear(new Uint8Array(48_000));
  await vi.waitFor(() => expect(told.map(({ type }) => type)).toContain('acknowledged'));
  expect(await product.spool.ids()).toContain(live.recordingId);
  await user.viva.sessions.delete.mutate({ sessionId: id });
  expect(told.at(-1)).toEqual({ type: 'ended', why: 'failed' });
  expect(told).toContainEqual({ type: 'error', error: expect.objectContaining({ code: 'not_found' }) });
  expect(await product.spool.ids()).not.toContain(live.recordingId);
  await live.leave();
});
