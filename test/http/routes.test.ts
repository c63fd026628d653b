import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Belongings, nobodys, somebodys } from '../api/support/belongings.ts';
import { recording, refusedResponse } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let stranger: SignedIn;
let theirs: Belongings;
beforeAll(async () => {
  server = await startViva();
  stranger = await server.signIn();
  theirs = await somebodys(server);
});
afterAll(() => server?.close());

type Input = Record<string, unknown>;

describe('REST and raw routes', () => {
  const json = (body: Input): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const form = (fields: Record<string, string>): RequestInit => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set('audio_file', recording(), 'answer.wav');
    return { method: 'POST', body };
  };
  const routes: [string, (of: Belongings) => [string, RequestInit?]][] = [
    [
      'questions with a CV',
      ({ cvId }) => ['/api/audio-interview/questions', json({ job_description: 'Baker', cv_id: cvId })],
    ],
    ['question audio', ({ questionId }) => [`/api/audio-interview/question/${questionId}/audio`]],
    ['submit-answer', ({ questionId }) => ['/api/audio-interview/submit-answer', form({ question_id: questionId })]],
    [
      'submit-all-answers',
      ({ sessionId }) => ['/api/audio-interview/submit-all-answers', json({ session_id: sessionId })],
    ],
    ['history of a session', ({ sessionId }) => [`/api/audio-interview/history?session_id=${sessionId}`]],
    ['audio', ({ audioId }) => [`/audio/${audioId}`]],
    ["audio by the brief's path", ({ audioId }) => [`/audio/answers/${audioId}.wav`]],
    ['upload of an answer', ({ questionId }) => [`/upload/answers/${questionId}`, form({})]],
  ];
  const bad: Belongings = { sessionId: 'bad', questionId: 'bad', answerId: 'bad', cvId: 'bad', audioId: 'bad' };

  test.each(routes)('%s: 401 without signing in, 404 for another’s, 400 for what is no id', async (_name, request) => {
    const [path, init] = request(theirs);
    const anonymous = await fetch(`${server.url}${path}`, init);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refusedResponse(anonymous)).toMatchObject({ status: 401, code: 'unauthenticated' });
    for (const [belongings, expected] of [
      [theirs, { status: 404, code: 'not_found' }],
      [nobodys, { status: 404, code: 'not_found' }],
      [bad, { status: 400, code: 'invalid_input' }],
    ] as const) {
      expect(await refusedResponse(await stranger.fetch(...request(belongings)))).toMatchObject(expected);
    }
  });

  test.each([
    ['/upload/cvs', form({})],
    ['/audio-interview/questions', json({ job_description: 'Baker' })],
    ['/audio-interview/questions', { ...json({}), body: '{"broken' }],
    ['/audio-interview/history', {}],
    ['/api/auth/me', {}],
    ['/api/auth/consent', { method: 'POST' }],
  ])('%s: 401 without signing in', async (path, init) => {
    const refused = await refusedResponse(await fetch(`${server.url}${path}`, init));
    expect(refused).toMatchObject({ status: 401, code: 'unauthenticated' });
  });
});
