import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, messagesOf, turn } from './talking.ts';

const words = 'I baked bread for ten years, and my team of four halved the waste.';
let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const say = (sessionId: string, text: string) => user.viva.chat.say.mutate({ sessionId, text });
const retry = (sessionId: string) => user.viva.chat.retry.mutate({ sessionId });

/** An interview that was opened, and an answer whose reply failed. */
async function answeredInVain() {
  const session = await interview(user);
  await turn(user, session.id, () => user.viva.chat.begin.mutate({ sessionId: session.id }));
  server.upstream.failNextReply('text', { status: 400 });
  const events = await turn(user, session.id, () => say(session.id, words));
  expect(events.at(-1)).toMatchObject({ type: 'turn-failed', stage: 'reply', retryable: true });
  return session;
}

/** What the candidate's answer is, once the interview has come to its end. */
async function answerOf(sessionId: string): Promise<string | null | undefined> {
  const events = await turn(user, sessionId, () => say(sessionId, 'Please stop the interview now.'));
  expect(events.at(-1)).toMatchObject({ type: 'turn-ended', interviewOver: true });
  const { items } = await user.viva.answers.list.query({ sessionId });
  return items[0]?.transcript;
}

test('what failed is tried again from the words that were kept, without saying them again', async () => {
  const session = await answeredInVain();
  const events = await turn(user, session.id, () => retry(session.id));
  expect(events[0]).toMatchObject({ type: 'turn-started', by: 'retry' });
  expect(events).toContainEqual(expect.objectContaining({ type: 'transcript-end', text: words }));
  expect(events.at(-1)).toMatchObject({ type: 'turn-ended' });
  const said = (await messagesOf(server, session.id)).filter(({ role }) => role === 'candidate');
  expect(said).toMatchObject([{ text: words, saidAgain: false }]);
});

test('words that were said again stand once in the answer', async () => {
  const session = await answeredInVain();
  await turn(user, session.id, () => say(session.id, words));
  const prompt = JSON.stringify(server.upstream.callsTo('chat').at(-1)?.body.messages);
  expect(prompt.split('halved the waste')).toHaveLength(2);
  expect((await answerOf(session.id))?.split('halved the waste')).toHaveLength(2);
});

test('words that go on after a failure are added to those before', async () => {
  const session = await answeredInVain();
  const more = 'Later I opened a second shop with an oven that I designed myself.';
  await turn(user, session.id, () => say(session.id, more));
  const answer = await answerOf(session.id);
  expect(answer).toContain(words);
  expect(answer).toContain(more);
});

it('an opening that failed is tried again too', async () => {
  const session = await interview(user);
  server.upstream.failNextReply('text', { status: 400 });
  await turn(user, session.id, () => user.viva.chat.begin.mutate({ sessionId: session.id }));
  const events = await turn(user, session.id, () => retry(session.id));
  expect(events.find(({ type }) => type === 'reply-end')).toMatchObject({
    text: expect.stringContaining(session.questions[0]?.text ?? '?'),
  });
});

it('refuses to try again what has its reply, or what was never understood', async () => {
  const session = await interview(user);
  const refused = { data: { error: { code: 'conflict' } } };
  await expect(retry(session.id)).rejects.toMatchObject(refused);
  await turn(user, session.id, () => user.viva.chat.begin.mutate({ sessionId: session.id }));
  await expect(retry(session.id)).rejects.toMatchObject(refused);
  server.upstream.hearNext('');
  const recording = new Blob([await server.say(words)]);
  await turn(user, session.id, () => user.viva.uploadTurn(session.id, recording, { fileName: 'turn.mp3' }));
  await expect(retry(session.id)).rejects.toMatchObject(refused);
});

test('a request to wait, to repeat or to stop is no part of the answer', async () => {
  const session = await interview(user);
  await turn(user, session.id, () => user.viva.chat.begin.mutate({ sessionId: session.id }));
  await turn(user, session.id, () => say(session.id, 'Let me think about that for a moment.'));
  await turn(user, session.id, () => say(session.id, words));
  expect(await answerOf(session.id)).toBe(words);
});
