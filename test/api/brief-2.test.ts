import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { answerReply, detailReply, evaluationReply, historyReply, questionsReply } from './support/brief-2-shapes.ts';
import { goodAnswer, type Interview, recording, refusedResponse, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

/** The four spellings of a path of the brief. */
const spellings = (path: string) => [
  `/audio-interview/${path}`,
  `/audio-interview/${path}/`,
  `/api/audio-interview/${path}`,
  `/api/audio-interview/${path}/`,
];
const post = (path: string, body: unknown) =>
  user.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

test("the brief's own front end interviews somebody from the questions to the history", async () => {
  const created = await post('/api/audio-interview/questions/', {
    job_description: 'Senior Developer role for payment APIs in TypeScript',
    question_count: 2,
    voice_id: 'nova',
    cv_text: 'Ten years of TypeScript and PostgreSQL.',
  });
  expect(created.status).toBe(201);
  const session = questionsReply.parse(await created.json());
  expect(session).toMatchObject({ voice_id: 'nova', language: 'en', questions: [{}, {}] });

  const answers: z.output<typeof answerReply>[] = [];
  for (const one of session.questions) {
    const audio = await user.fetch(`/api/audio-interview/question/${one.id}/audio/`);
    expect([audio.status, audio.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    const bytes = new Uint8Array(await audio.arrayBuffer());
    expect(Buffer.from(await (await user.fetch(one.audio_file_path)).arrayBuffer()).equals(bytes)).toBe(true);

    // What the brief's recorder makes: whatever the browser records, under the name and type of a WAV.
    const audioBlob = new Blob([await server.say(`${goodAnswer} That was answer ${answers.length + 1}.`)], {
      type: 'audio/wav',
    });
    const formData = new FormData();
    formData.append('question_id', one.id);
    formData.append('audio_file', audioBlob, 'answer.wav');
    const response = await fetch(`${server.url}/api/audio-interview/submit-answer/`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${user.token}` },
      body: formData,
    });
    expect(response.status).toBe(201);
    answers.push(answerReply.parse(await response.json()));
  }
  expect(answers.map((answer) => answer.transcribed_text)).toEqual(
    [1, 2].map((n) => `${goodAnswer} That was answer ${n}.`),
  );
  expect(answers.map((answer) => answer.question_id)).toEqual(session.questions.map((one) => one.id));

  const response = await post('/api/audio-interview/submit-all-answers/', { session_id: session.session_id });
  expect(response.status).toBe(200);
  const evaluation = evaluationReply.parse(await response.json());
  expect(evaluation).toMatchObject({
    total_questions: 2,
    total_evaluations: 2,
    session_complete: true,
    voice_id: 'nova',
  });
  expect(evaluation.evaluations.map((one) => one.answer_id)).toEqual(answers.map((answer) => answer.answer_id));
  const scores = evaluation.evaluations.map((one) => one.evaluation.overall_score);
  expect(evaluation.average_score).toBeCloseTo(scores.reduce((sum, score) => sum + score, 0) / 2, 1);
  const quotes = evaluation.evaluations.flatMap((one) => one.evaluation.signals.flatMap((signal) => signal.quotes));
  expect(quotes.length).toBeGreaterThan(0);
  for (const quote of quotes) expect(quote.end).toBeGreaterThan(quote.start ?? Number.POSITIVE_INFINITY);

  const history = historyReply.parse(await (await user.fetch('/api/audio-interview/history/')).json());
  expect(history.sessions[0]).toMatchObject({
    id: session.session_id,
    question_count: 2,
    answered_questions: 2,
    completion_rate: 100,
    average_score: evaluation.average_score,
  });
  const detail = await user.fetch(`/api/audio-interview/history/?session_id=${session.session_id}`);
  const { sessions } = detailReply.parse(await detail.json());
  expect(sessions[0]?.questions).toEqual(session.questions);
  expect(sessions[0]?.evaluations).toEqual(evaluation.evaluations);
});

describe('every spelling of a path', () => {
  let interview: Interview;
  beforeAll(async () => {
    interview = await seedInterview(server, user.userId, 2);
  });

  test.each(spellings('questions'))('POST %s', async (path) => {
    const response = await post(path, { job_description: 'Baker', question_count: 1 });
    expect(response.status).toBe(201);
    const reply = questionsReply.parse(await response.json());
    expect(reply).toMatchObject({ voice_id: 'alloy', language: 'en', questions: [{ difficulty: 'medium' }] });
    for (const audio of spellings(`question/${reply.questions[0]?.id}/audio`)) {
      expect((await user.fetch(audio, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
    }
  });

  test.each(spellings('submit-answer'))('POST %s, with the file before the question_id', async (path) => {
    server.upstream.hearNext(goodAnswer);
    const form = new FormData();
    form.append('audio_file', recording(path.length), 'answer.wav');
    form.append('question_id', interview.questionIds[0]);
    const response = await user.fetch(path, { method: 'POST', body: form });
    expect(response.status).toBe(201);
    expect(answerReply.parse(await response.json())).toMatchObject({
      transcribed_text: goodAnswer,
      audio_duration: expect.closeTo(1.3, 0),
    });
  });

  test.each(spellings('submit-all-answers'))('POST %s', async (path) => {
    const response = await post(path, { session_id: interview.id });
    const reply = evaluationReply.parse(await response.json());
    expect(reply).toMatchObject({ total_questions: 2, total_evaluations: 1, session_complete: false });
  });

  test.each(spellings('history'))('GET %s, as many as asked for', async (path) => {
    const one = historyReply.parse(await (await user.fetch(`${path}?limit=1`)).json());
    expect(one.sessions).toHaveLength(1);
    const next = historyReply.parse(await (await user.fetch(`${path}?limit=1&cursor=${one.next_cursor}`)).json());
    expect(next.sessions[0]?.id).not.toBe(one.sessions[0]?.id);
    expect(next.total_sessions).toBe(one.total_sessions);
  });
});

test('the count, the difficulty, the language and an uploaded CV are heeded', async () => {
  const cv = await user.viva.uploadCv(new Blob(['Grace Hopper wrote the first compiler and led COBOL.']));
  const response = await post('/audio-interview/questions', {
    job_description: 'Bäckerin in Bremen',
    cv_id: cv.id,
    question_count: 3,
    difficulty: 'hard',
    language: 'de',
    voice_id: 'onyx',
  });
  const reply = questionsReply.parse(await response.json());
  expect(reply).toMatchObject({ language: 'de', voice_id: 'onyx' });
  expect(reply.questions.map((one) => one.difficulty)).toEqual(['hard', 'hard', 'hard']);
  const [asked] = server.upstream
    .callsTo('chat')
    .filter((call) => call.schemaName === 'interview_questions')
    .slice(-1);
  expect(JSON.stringify(asked?.body)).toContain('Grace Hopper');
});

test('a question that could not be spoken has no audio, and says so', async () => {
  const { id: sessionId, questionIds } = await seedInterview(server, user.userId);
  const detail = await user.fetch(`/audio-interview/history?session_id=${sessionId}`);
  expect(await detail.json()).toMatchObject({
    sessions: [{ questions: [{ has_audio: false, audio_file_path: null, audio_duration: null }] }],
  });
  const audio = await user.fetch(`/audio-interview/question/${questionIds[0]}/audio/`);
  expect(await refusedResponse(audio)).toMatchObject({ status: 409, code: 'conflict' });
});
