import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QuestionView } from '../../src/interview/schemas.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { collect, refusalOf, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

/** As a model would write them. */
const written = (...questions: string[]) => ({
  questions: questions.map((question) => ({
    question,
    category: 'technical',
    difficulty: 'hard',
    tips: 'Name a case.',
    expected_answer_focus: 'depth',
    expected_signals: [{ id: 'case', description: 'Names a case', weight: 3 }],
  })),
});
const create = (questionCount: number, input: { voice?: 'onyx' | 'cedar'; language?: string } = {}) =>
  user.viva.sessions.create.mutate({ jobDescription: 'Platform engineer', questionCount, ...input });

/** The questions once each can be heard or has failed. */
async function spoken(sessionId: string): Promise<QuestionView[]> {
  const events = await collect<QuestionView[]>((handlers) =>
    user.viva.questions.onReady.subscribe({ sessionId }, handlers),
  );
  return events.at(-1) ?? [];
}
const speechCalls = () => server.upstream.callsTo('speech').length;
const questionCalls = () => server.upstream.calls.filter((call) => call.schemaName === 'interview_questions');

test('too few questions are asked for again once, then refused; nothing half-made is kept', async () => {
  server.upstream.replyNext('interview_questions', written('How do you debug a memory leak?'));
  server.upstream.replyNext('interview_questions', written('How do you find a leak?', 'What is a good alert?'));
  const session = await create(2);
  expect(session.questions.map(({ text }) => text)).toEqual(['How do you find a leak?', 'What is a good alert?']);
  expect(JSON.stringify(questionCalls().at(-1)?.body.messages)).toContain('there must be 2 different questions');

  const sessions = await server.deps.db.prisma.session.count();
  for (const _ of [1, 2]) server.upstream.replyNext('interview_questions', written('The same?', 'the same?'));
  expect(await refusalOf(create(2))).toMatchObject({ status: 502, code: 'upstream_failed' });
  expect(await server.deps.db.prisma.session.count()).toBe(sessions);
});

test('a model that writes too many, or writes markup, is cut to what was asked for', async () => {
  server.upstream.replyNext('interview_questions', written('1. **What** is a _lock_?', '- What is `fsync`?', 'Third?'));
  const { questions, questionCount } = await create(2);
  expect(questionCount).toBe(2);
  expect(questions.map(({ text }) => text)).toEqual(['What is a _lock_?', 'What is fsync?']);
});

test.each([
  ['refusal', 'upstream_refused', /declined/],
  ['empty-content', 'upstream_refused', /empty/],
  [{ status: 400 }, 'upstream_failed', /rejected/],
] as const)('when the model fails (%o), the candidate is told and no session is made', async (fault, code, message) => {
  const sessions = await server.deps.db.prisma.session.count();
  server.upstream.failNextReply('interview_questions', fault);
  expect(await refusalOf(create(1))).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(await server.deps.db.prisma.session.count()).toBe(sessions);
});

test('twenty questions for one job are all different, of mixed kinds, with signals to look for', async () => {
  server.upstream.failNext('speech', { status: 400 }, 20);
  const { id, questions } = await create(20);
  expect(new Set(questions.map(({ text }) => text)).size).toBe(20);
  expect(new Set(questions.map(({ category }) => category)).size).toBeGreaterThan(3);
  expect(questions.map(({ position }) => position)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  for (const question of questions) expect(question.expectedSignals.length).toBeGreaterThan(0);
  expect((await spoken(id)).map(({ speechState }) => speechState)).toEqual(Array(20).fill('failed'));
});

test('speech that fails for one question leaves the others usable, and speaking again mends it', async () => {
  server.upstream.replyNext('interview_questions', written('Why tests?', 'Why types?', 'Why logs?'));
  server.upstream.failNext('speech', { status: 400 });
  const { id } = await create(3);
  const questions = await spoken(id);
  const [failed, ...others] = questions.toSorted((a, b) => a.speechState.localeCompare(b.speechState));
  expect(failed).toMatchObject({ speechState: 'failed', audio: null, speechError: expect.stringMatching(/rejected/) });
  for (const one of others) expect(one).toMatchObject({ speechState: 'ready', audio: { mimeType: 'audio/mpeg' } });

  const mended = await user.viva.questions.respeak.mutate({ questionId: failed?.id ?? '' });
  expect(mended).toMatchObject({ speechState: 'ready', speechError: null });
  expect((await user.viva.fetchAudio(mended.audio?.url ?? '')).status).toBe(200);
});

test('a question can be heard as soon as its own audio is there', async () => {
  server.upstream.replyNext('interview_questions', written('Which comes first?', 'Which comes second?'));
  const gate = server.upstream.hold((call) => call.body.input === 'Which comes second?');
  const { id } = await create(2);
  const states: string[][] = [];
  await collect<QuestionView[]>((handlers) =>
    user.viva.questions.onReady.subscribe(
      { sessionId: id },
      {
        ...handlers,
        onData: (questions) => {
          states.push(questions.map(({ speechState }) => speechState));
          if (questions[0]?.speechState === 'ready') gate.open();
        },
      },
    ),
  );
  expect(states).toContainEqual(['ready', 'pending']);
  expect(states.at(-1)).toEqual(['ready', 'ready']);
});

test('the same words in the same voice are spoken once; another voice speaks them anew', async () => {
  const ask = async (voice: 'onyx' | 'cedar') => {
    server.upstream.replyNext('interview_questions', written('What is idempotence?'));
    const [question] = await spoken((await create(1, { voice })).id);
    return question;
  };
  const before = speechCalls();
  const first = await ask('onyx');
  expect(speechCalls() - before).toBe(1);
  const second = await ask('onyx');
  expect(second?.audio).toEqual(first?.audio);
  expect(second?.id).not.toBe(first?.id);
  expect(speechCalls() - before).toBe(1);
  const third = await ask('cedar');
  expect(third?.audio?.id).not.toBe(first?.audio?.id);
  expect(speechCalls() - before).toBe(2);
  // `tts-1-hd` does not speak cedar.
  expect(server.upstream.callsTo('speech').at(-1)).toMatchObject({
    model: 'gpt-4o-mini-tts',
    body: { voice: 'cedar' },
  });
});

test('speech that breaks off is asked for once more', async () => {
  server.upstream.replyNext('interview_questions', written('What would you do if a sentence broke off just once?'));
  server.upstream.failNext('speech', 'truncated-body');
  const [mended] = await spoken((await create(1)).id);
  expect(mended).toMatchObject({ speechState: 'ready', speechError: null });
});

test('speech that breaks off twice is never kept as whole', async () => {
  const text = 'What would you do if the upstream broke off in the middle of this very sentence?';
  server.upstream.replyNext('interview_questions', written(text));
  server.upstream.failNext('speech', 'truncated-body', 2);
  const [broken] = await spoken((await create(1)).id);
  expect(broken).toMatchObject({ speechState: 'failed', audio: null });

  const whole = await user.viva.questions.respeak.mutate({ questionId: broken?.id ?? '' });
  const bytes = Buffer.from(await (await user.viva.fetchAudio(whole.audio?.url ?? '')).arrayBuffer());
  const row = await server.deps.db.prisma.audioFile.findUnique({ where: { id: whole.audio?.id ?? '' } });
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(row?.sha256);
  const kept = await readdir(join(server.audioPath, 'questions'));
  expect(kept).toHaveLength(await server.deps.db.prisma.audioFile.count());
});

test('language and voice reach every model that is asked', async () => {
  const { id } = await create(1, { voice: 'cedar', language: 'de' });
  expect(JSON.stringify(questionCalls().at(-1)?.body.messages)).toContain('questions in German');
  const [question] = await spoken(id);
  expect(question?.text).toMatch(/\b(Sie|Ihre?n?|der|die|das)\b/);
  const speech = server.upstream.callsTo('speech').at(-1);
  expect(speech?.body).toMatchObject({ voice: 'cedar', input: question?.text });
  expect(speech?.body.instructions).toMatch(/^Speak German\./);
});

test('a question may be spoken again in another voice; an unknown one is refused', async () => {
  const { questionIds } = await seedInterview(server, user.userId);
  const [questionId] = questionIds;
  const first = await user.viva.questions.respeak.mutate({ questionId });
  const second = await user.viva.questions.respeak.mutate({ questionId, voice: 'sage' });
  expect(second.audio?.id).not.toBe(first.audio?.id);
  expect(server.upstream.callsTo('speech').at(-1)?.body.voice).toBe('sage');
  const wrong = await user.fetch('/trpc/questions.respeak', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ questionId, voice: 'hal' }),
  });
  expect(await wrong.json()).toMatchObject({ error: { data: { error: { code: 'invalid_input' } } } });
});

test('questions of a live conversation are not spoken, unless one is asked for', async () => {
  const before = server.upstream.callsTo('speech').length;
  const input = { jobDescription: 'Baker', questionCount: 2, speakQuestions: false };
  const session = await user.viva.sessions.create.mutate(input);
  expect(session.questions).toMatchObject(Array(2).fill({ speechState: 'unspoken', audio: null }));
  const [question] = session.questions;
  if (!question) return expect.fail('no question');
  const refused = await user.fetch(`/api/audio-interview/question/${question.id}/audio`);
  expect(refused.status).toBe(409);
  expect(server.upstream.callsTo('speech').length).toBe(before);
  const spoken = await user.viva.questions.respeak.mutate({ questionId: question.id });
  expect(spoken).toMatchObject({ speechState: 'ready', audio: { mimeType: 'audio/mpeg' } });
});

test('a voice can be heard before it is chosen, and is spoken once for everybody', async () => {
  const { audioUrl } = await user.viva.voices.sample.mutate({ voice: 'cedar', language: 'de' });
  const before = speechCalls();
  const other = await server.signIn();
  expect(await other.viva.voices.sample.mutate({ voice: 'cedar', language: 'de' })).toEqual({ audioUrl });
  expect(speechCalls()).toBe(before);
  const audio = await other.fetch(audioUrl);
  expect([audio.status, audio.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
  const { audioUrl: unknown } = await user.viva.voices.sample.mutate({ voice: 'cedar', language: 'sw' });
  expect(await user.viva.voices.sample.mutate({ voice: 'cedar', language: 'en' })).toEqual({ audioUrl: unknown });
});
