import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { bothRefuse, refusalOf, refusedResponse, seedInterview } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const post = (path: string, body: unknown) =>
  user.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
/** A call that TypeScript would not let through. */
const unchecked = (path: string, input: unknown) => post(`/trpc/${path}`, input);

describe('a session is not begun', () => {
  const job = 'Baker in Bremen';
  const cases: [string, Record<string, unknown>, Record<string, unknown>, RegExp][] = [
    ['without a job description', {}, {}, /job description is missing/],
    ['with an empty one', { jobDescription: '' }, { job_description: '' }, /job description is empty/],
    ['with blanks for one', { jobDescription: ' \n\t' }, { job_description: ' \n\t' }, /job description is empty/],
    ['with NUL for one', { jobDescription: '\0\0' }, { job_description: '\0\0' }, /job description is empty/],
    ['with a number for one', { jobDescription: 7 }, { job_description: 7 }, /job description is missing/],
    [
      'with one of 20,001 characters',
      { jobDescription: 'x'.repeat(20_001) },
      { job_description: 'x'.repeat(20_001) },
      /longer than 20,000 characters/,
    ],
    ...[0, -1].map((count): (typeof cases)[number] => [
      `with ${count} questions`,
      { jobDescription: job, questionCount: count },
      { job_description: job, question_count: count },
      /at least 1 question/,
    ]),
    ['with 21', { jobDescription: job, questionCount: 21 }, { job_description: job, question_count: 21 }, /at most 20/],
    ['with 1.5', { jobDescription: job, questionCount: 1.5 }, { job_description: job, question_count: 1.5 }, /whole/],
    ['with "5"', { jobDescription: job, questionCount: '5' }, { job_description: job, question_count: '5' }, /1 to 20/],
    [
      'with a voice nobody has',
      { jobDescription: job, voice: 'hal' },
      { job_description: job, voice_id: 'hal' },
      /alloy/,
    ],
    [
      'in a language nobody speaks',
      { jobDescription: job, language: 'xx' },
      { job_description: job, language: 'xx' },
      /pt-BR/,
    ],
    [
      'in a language that is none',
      { jobDescription: job, language: '' },
      { job_description: job, language: '' },
      /pt-BR/,
    ],
    [
      'at a wrong difficulty',
      { jobDescription: job, difficulty: 'x' },
      { job_description: job, difficulty: 'x' },
      /hard/,
    ],
    ['with an empty CV', { jobDescription: job, cvText: '' }, { job_description: job, cv_text: '' }, /CV is empty/],
    [
      'with two CVs',
      { jobDescription: job, cvId: crypto.randomUUID(), cvText: 'Ada' },
      { job_description: job, cv_id: crypto.randomUUID(), cv_text: 'Ada' },
      /not both/,
    ],
  ];
  test.each(cases)('%s', async (_what, trpc, rest, message) => {
    const body = await (await unchecked('sessions.create', trpc)).json();
    expect(body).toMatchObject({ error: { data: { code: 'BAD_REQUEST', error: { code: 'invalid_input' } } } });
    expect(body.error.message).toMatch(message);
    const refused = await refusedResponse(await post('/api/audio-interview/questions/', rest));
    expect(refused).toMatchObject({ status: 400, code: 'invalid_input', message: expect.stringMatching(message) });
  });

  test('and nothing was asked of a model, or kept', async () => {
    expect(server.upstream.callsTo('chat')).toEqual([]);
    expect(await server.deps.db.prisma.session.count()).toBe(0);
    expect(await server.deps.db.prisma.cv.count()).toBe(0);
  });
});

describe('a CV that is no CV', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
  const scanned =
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n';
  test.each([
    ['a picture', png, 415, 'unsupported_media'],
    ['an empty file', '', 400, 'invalid_input'],
    [
      'a web page',
      '<!doctype html><html><body>Ada Lovelace, engineer of ten years</body></html>',
      415,
      'unsupported_media',
    ],
    ['a scan without text', scanned, 400, 'invalid_input'],
    ['a damaged PDF', '%PDF-1.7 and then nothing', 400, 'invalid_input'],
    ['more than 5 MB', 'Ada Lovelace '.repeat(400_000), 413, 'too_large'],
  ])('%s', async (_what, bytes, status, code) => {
    expect(await refusalOf(user.viva.uploadCv(new Blob([bytes]), { fileName: 'cv' }))).toMatchObject({ status, code });
  });

  test('no file, or no form', async () => {
    const form = new FormData();
    form.set('name', 'Ada');
    expect(await refusedResponse(await user.fetch('/upload/cvs', { method: 'POST', body: form }))).toMatchObject({
      status: 400,
      code: 'invalid_input',
    });
    expect(await refusedResponse(await post('/upload/cvs', {}))).toMatchObject({
      status: 415,
      code: 'unsupported_media',
    });
    expect(await server.deps.db.prisma.cv.count()).toBe(0);
  });
});

test('an evaluation with nothing answered', async () => {
  const { id } = await seedInterview(server, user.userId, 3);
  const run = user.viva.evaluation.run.mutate({ sessionId: id });
  const rest = post('/api/audio-interview/submit-all-answers/', { session_id: id });
  const messages = await bothRefuse(run, rest, { status: 409, code: 'nothing_answered' });
  expect(messages[0]).toMatch(/Answer one/);
});

describe('a page that cannot be', () => {
  test.each([0, 101, 1.5, -1])('of %s', async (limit) => {
    const rest = user.fetch(`/api/audio-interview/history/?limit=${limit}`);
    await bothRefuse(user.viva.sessions.history.query({ limit }), rest, { status: 400, code: 'invalid_input' });
    expect(await refusalOf(user.viva.sessions.list.query({ limit }))).toMatchObject({ code: 'invalid_input' });
  });
});
