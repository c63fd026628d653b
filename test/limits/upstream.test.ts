import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { questionsSchemaName } from '../../src/interview/prompts.ts';
import { transcribeAnswer } from '../../src/interview/transcription.ts';
import { TryAgainLater } from '../../src/interview/work.ts';
import { refusalOf, seedInterview } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

/** As many calls in a row have to fail, each tried three times. */
const failures = 5;
const attempts = 3;

let server: Viva;
let user: SignedIn;
let other: SignedIn;
beforeAll(async () => {
  server = await startViva({ UPSTREAM_CONCURRENCY: '6' });
  [user, other] = await Promise.all([server.signIn(), server.signIn()]);
});
afterAll(() => server?.close());

const ask = (who: SignedIn) =>
  who.fetch('/api/voice/ask', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Good morning.' }),
  });
const create = (who: SignedIn) =>
  who.viva.sessions.create.mutate({
    jobDescription: 'Baker of bread and cakes, with an early start',
    questionCount: 1,
  });
const ready = async () => (await fetch(`${server.url}/health/ready`)).json();

test('one user’s flood waits for its own share of the upstream; who comes later is answered at once', async () => {
  const held = server.upstream.hold(({ schemaName }) => schemaName === questionsSchemaName, 3);
  const creating = Array.from({ length: 5 }, () => create(user));
  await held.full;
  expect(server.deps.gateStates()).toContainEqual(
    expect.objectContaining({ capability: 'chat', taken: 3, waiting: 2, refusesForMs: null }),
  );
  expect((await ask(other)).status).toBe(200);
  held.open();
  expect(await Promise.all(creating)).toHaveLength(5);
});

test('after failures in a row nobody waits for the upstream; others are asked all the while; then it recovers', async () => {
  const { id: sessionId, questionIds } = await seedInterview(server, user.userId);
  await user.viva.answers.submitText.mutate({ questionId: questionIds[0], text: 'I baked bread. I saved 20 percent.' });
  server.upstream.failNextReply(questionsSchemaName, { status: 503 }, failures * attempts);
  const refused = await Promise.all(Array.from({ length: failures }, () => refusalOf(create(user))));
  expect(refused.map(({ code }) => code)).toEqual(Array(failures).fill('upstream_failed'));
  const asked = server.upstream.callsTo('chat').length;

  const answer = await ask(other);
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ error: { code: 'unavailable', retryAfterMs: expect.any(Number) } });
  expect(await refusalOf(create(other))).toMatchObject({ code: 'unavailable', status: 503 });
  expect(server.upstream.callsTo('chat')).toHaveLength(asked);
  expect(await ready()).toMatchObject({
    status: 'degraded',
    problems: expect.arrayContaining([expect.stringMatching(/"chat"/)]),
  });

  // Another capability of the same host has a breaker of its own.
  expect(await user.viva.evaluation.run.mutate({ sessionId })).toMatchObject({ state: 'complete' });
  await vi.waitFor(async () => expect((await ask(other)).status).toBe(200), { timeout: 20_000, interval: 200 });
});

test('a transcription that meets a broken upstream is put off, and not counted as tried', async () => {
  const { product, db } = server.deps;
  const { questionIds } = await seedInterview(server, other.userId);
  const sent = await other.viva.uploadAnswer(questionIds[0], new Blob([await server.say('I baked bread.')]));
  const where = { id: sent.id };
  await vi.waitFor(
    async () => expect(await db.prisma.answer.findUnique({ where })).toMatchObject({ transcriptState: 'done' }),
    {
      timeout: 20_000,
    },
  );
  const hear = () =>
    product.transcriber.transcribe({
      ...{ fileName: 'some.wav', mimeType: 'audio/wav', bytes: 4, durationMs: 1_000, language: 'en' },
      open: async () => Readable.from([Buffer.from('RIFF')]),
    });
  server.upstream.failNext('transcriptions', { status: 503 }, failures * attempts);
  await Promise.allSettled(Array.from({ length: failures }, hear));

  await db.prisma.answer.update({ where, data: { transcriptState: 'pending', attempts: 4 } });
  const again = () => transcribeAnswer(product, sent.id, { signal: new AbortController().signal, earlierTries: 0 });
  await expect(again()).rejects.toThrow(TryAgainLater);
  expect(await db.prisma.answer.findUnique({ where })).toMatchObject({
    transcriptState: 'pending',
    attempts: 4,
    failure: expect.stringMatching(/will be tried again/),
  });
  await vi.waitFor(again, { timeout: 20_000, interval: 200 });
  expect(await db.prisma.answer.findUnique({ where })).toMatchObject({ transcriptState: 'done', attempts: 5 });
});
