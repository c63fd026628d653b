import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { goodAnswer } from './support/interviews.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

/** An evaluated answer in German, in an interview with a voice and a CV of its own. */
async function evaluated() {
  const { viva } = user;
  const session = await viva.sessions.create.mutate({
    ...{ jobDescription: 'Bäckerin', cvText: 'Zehn Jahre in einer Backstube.', language: 'de', voice: 'sage' },
    ...{ questionCount: 1, difficulty: 'hard', mode: 'live' },
  });
  const questionId = session.questions[0]?.id ?? expect.fail('no question');
  const { id: answerId } = await viva.answers.submitText.mutate({ questionId, text: goodAnswer });
  const report = await viva.evaluation.run.mutate({ sessionId: session.id });
  const questions = report.evaluations[0]?.followUpQuestions ?? [];
  return { session, answerId, questions };
}

it('makes an interview of a follow-up question, for the same job, once', async () => {
  const { viva } = user;
  const { session, answerId, questions } = await evaluated();
  const practice = await viva.questions.practise.mutate({ answerId, index: 0 });
  expect(practice).toMatchObject({
    ...{ jobDescription: 'Bäckerin', language: 'de', voice: 'sage', difficulty: 'hard' },
    ...{ mode: 'recorded', followsSessionId: session.id, state: 'active', questionCount: 1, answeredQuestions: 0 },
    questions: [
      {
        position: 1,
        text: questions[0],
        expectedSignals: [{ description: 'Beantwortet die gestellte Frage' }, {}, {}],
      },
    ],
  });
  const stored = await server.deps.db.prisma.session.findUniqueOrThrow({ where: { id: practice.id } });
  expect(stored.cvId).not.toBeNull();
  expect((await viva.questions.practise.mutate({ answerId, index: 0 })).id).toBe(practice.id);
  await viva.answers.submitText.mutate({ questionId: practice.questions[0]?.id ?? '', text: goodAnswer });
  const again = await viva.questions.practise.mutate({ answerId, index: 0 });
  expect(again.id).not.toBe(practice.id);
  const { evaluations } = await viva.evaluation.run.mutate({ sessionId: practice.id });
  expect(evaluations).toMatchObject([{ question: questions[0] }]);
  await viva.sessions.delete.mutate({ sessionId: session.id });
  expect(await viva.sessions.get.query({ sessionId: practice.id })).toMatchObject({ followsSessionId: null });
});

it('refuses what is no follow-up question, and the answers of others', async () => {
  const { answerId, questions } = await evaluated();
  const practise = (who: SignedIn, index: number) => who.viva.questions.practise.mutate({ answerId, index });
  await expect(practise(user, questions.length)).rejects.toThrow('There is no such follow-up question.');
  await expect(practise(await server.signIn(), 0)).rejects.toThrow('There is no such answer.');
});

it.each([
  [{}, { mode: 'recorded' }, 'pending'],
  [{ mode: 'live' }, { mode: 'live' }, 'unspoken'],
  [{ speakQuestions: false }, { mode: 'live' }, 'unspoken'],
  [{ mode: 'recorded', speakQuestions: false }, { mode: 'recorded' }, 'unspoken'],
] as const)('an interview created with %o is %o', async (input, expected, speechState) => {
  const { viva } = await server.signIn();
  const session = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1, ...input });
  expect(session).toMatchObject(expected);
  const [question] = session.questions;
  if (speechState === 'unspoken') expect(question?.speechState).toBe('unspoken');
  else expect(question?.speechState).not.toBe('unspoken');
  expect((await viva.sessions.list.query({})).items).toMatchObject([expected]);
  expect((await viva.sessions.history.query({})).items).toMatchObject([expected]);
});

it('reads a job description from a file, and keeps nothing of it', async () => {
  const text = 'Baker: bread and rolls, from three in the morning.';
  expect(await user.viva.readJobDescription(new Blob([text]))).toEqual({ kind: 'text', text, hiddenText: false });
  await expect(user.viva.readJobDescription(new Blob(['x']))).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await server.deps.db.prisma.cv.count({ where: { text } })).toBe(0);
  const body = new FormData();
  body.set('file', new Blob([text]), 'job.txt');
  expect((await fetch(`${server.url}/upload/job-descriptions`, { method: 'POST', body })).status).toBe(401);
});
