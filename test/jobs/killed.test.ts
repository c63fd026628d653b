import { expect, test, vi } from 'vitest';
import { goodAnswer, recording } from '../api/support/interviews.ts';
import { createTestWorld } from '../support/server-world.ts';

const patience = { timeout: 30_000, interval: 50 };

test('a server that is killed while it speaks, transcribes and evaluates goes on where it was, with one call each', async () => {
  await using world = await createTestWorld();
  const { upstream } = world;
  const settings = { EVALUATION_CONCURRENCY: '1' };
  const first = await world.start(settings);
  const { viva } = await first.signIn();
  const create = (input: { questionCount: number; mode: 'live' | 'recorded' }) =>
    viva.sessions.create.mutate({ jobDescription: 'Senior TypeScript developer', ...input });

  const judged = await create({ questionCount: 2, mode: 'live' });
  for (const { id } of judged.questions) await viva.answers.submitText.mutate({ questionId: id, text: goodAnswer });
  const narratives = upstream.hold((call) => call.schemaName === 'answer_narrative');
  void viva.evaluation.run.mutate({ sessionId: judged.id }).catch(() => 'cut off by the kill');
  await narratives.full;

  const heard = upstream.hold((call) => call.endpoint === 'transcriptions');
  const answered = await create({ questionCount: 1, mode: 'live' });
  const answer = await viva.uploadAnswer(answered.questions[0]?.id ?? '', recording());
  await heard.full;

  const speech = upstream.hold((call) => call.endpoint === 'speech');
  const spoken = await create({ questionCount: 1, mode: 'recorded' });
  await speech.full;

  await first.kill('SIGKILL');
  upstream.hearNext(goodAnswer);
  const before = upstream.calls.length;
  await world.start({ ...settings, PORT: new URL(first.url).port });
  await vi.waitFor(async () => {
    const questions = await viva.questions.list.query({ sessionId: spoken.id });
    expect(questions.map(({ speechState }) => speechState)).toEqual(['ready']);
    const transcribed = await viva.answers.get.query({ answerId: answer.id });
    expect(transcribed).toMatchObject({ transcriptState: 'done', transcript: goodAnswer });
    const report = await viva.evaluation.get.query({ sessionId: judged.id });
    expect(report).toMatchObject({ state: 'complete', failures: [] });
  }, patience);
  const again = upstream.calls.slice(before).map(({ endpoint, schemaName }) => schemaName ?? endpoint);
  // What was under way once more, and for the second answer what had not been asked yet. Its extraction was kept.
  const expected = ['answer_extraction', 'answer_narrative', 'answer_narrative', 'speech', 'transcriptions'];
  expect(again.filter((call) => call !== 'models').toSorted()).toEqual(expected);
}, 60_000);
