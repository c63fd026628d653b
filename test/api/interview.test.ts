import { afterAll, beforeAll, expect, test } from 'vitest';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

test('a whole spoken interview: questions are heard, answered aloud, evaluated with quotes, and kept', async () => {
  const { viva } = await server.signIn();
  const session = await viva.sessions.create.mutate({
    jobDescription: 'Senior TypeScript developer for payment APIs on Node.js and PostgreSQL.',
    questionCount: 2,
    voice: 'nova',
  });
  expect(session.questions.map((question) => question.position)).toEqual([1, 2]);

  const spoken = await new Promise<typeof session.questions>((resolve, reject) => {
    viva.questions.onReady.subscribe(
      { sessionId: session.id },
      {
        onData: (questions) => questions.every((one) => one.speechState === 'ready') && resolve(questions),
        onError: reject,
      },
    );
  });
  for (const question of spoken) {
    const audio = await viva.fetchAudio(question.audio?.url ?? '');
    expect(audio.headers.get('content-type')).toBe('audio/mpeg');
    expect((await audio.arrayBuffer()).byteLength).toBe(question.audio?.bytes);
  }

  const words =
    'In my last job I led a migration to TypeScript. I reduced the error rate by 40 percent in three months.';
  const recording = await server.say(words);
  const [first] = spoken;
  const answer = await viva.uploadAnswer(first?.id ?? '', new Blob([recording]));
  expect(answer).toMatchObject({ take: 1, kind: 'spoken', counts: true });
  const transcript = await new Promise<string | null>((resolve, reject) => {
    viva.answers.onTranscript.subscribe(
      { answerId: answer.id },
      { onData: (now) => now.transcriptState === 'done' && resolve(now.transcript), onError: reject },
    );
  });
  expect(transcript).toBe(words);

  const report = await viva.evaluation.run.mutate({ sessionId: session.id });
  expect(report.state).toBe('complete');
  const [evaluation] = report.evaluations;
  const quotes = evaluation?.signals.flatMap((signal) => signal.quotes) ?? [];
  expect(quotes.length).toBeGreaterThan(0);
  for (const quote of quotes) {
    expect(words).toContain(quote.text);
    expect(quote.endMs).toBeGreaterThan(quote.startMs ?? Number.POSITIVE_INFINITY);
  }
  expect(evaluation?.score).toBeGreaterThan(0);

  const history = await viva.sessions.history.query({});
  expect(history).toMatchObject({ totalSessions: 1, items: [{ answeredQuestions: 1, completionRate: 50 }] });
  expect(history.items[0]?.answers[0]?.score).toBe(evaluation?.score);
});
