import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { noise, wav } from '../support/audio-fixtures.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { interview, messagesOf, turn } from './talking.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva({ TRANSCRIBE_MODELS: 'gpt-4o-transcribe' });
  user = await server.signIn();
});
afterAll(() => server?.close());

const begin = (sessionId: string) => user.viva.chat.begin.mutate({ sessionId });
const lastPrompt = () => JSON.stringify(server.upstream.callsTo('chat').at(-1)?.body.messages);

test('a monologue of 30 minutes is heard whole, wound down, and shortened in memory', async () => {
  const session = await interview(user, 2);
  await turn(user, session.id, () => begin(session.id));
  const minute = await server.say('I baked bread for ten years. '.repeat(24));
  const { length } = minute;
  const story = new Uint8Array(length * 40);
  for (let part = 0; part < 40; part++) story.set(minute, part * length);
  const monologue = Array.from({ length: 3_500 }, (_, at) => `word${at}`).join(' ');
  server.upstream.hearNext(monologue);
  const events = await turn(user, session.id, () => user.viva.uploadTurn(session.id, new Blob([story])));
  expect(events.find(({ type }) => type === 'transcript-end')).toMatchObject({ text: monologue });
  expect(lastPrompt()).toContain('wind_down_ramble');
  const said = (await messagesOf(server, session.id)).find(({ role }) => role === 'candidate');
  expect(said?.text).toBe(monologue);
  expect(said?.audio?.durationMs).toBeGreaterThan(30 * 60_000);
  await turn(user, session.id, () =>
    user.viva.chat.say.mutate({ sessionId: session.id, text: 'The most important is yeast.' }),
  );
  expect(lastPrompt()).toContain('[shortened]');
  expect(lastPrompt()).not.toContain('word3000');
}, 60_000);

it('is wound down earlier where the session says so', async () => {
  const interviewer = { rambleWords: 30 };
  const input = { jobDescription: 'Baker', questionCount: 2, speakQuestions: false, interviewer };
  const { id } = await user.viva.sessions.create.mutate(input);
  await turn(user, id, () => begin(id));
  const text = 'I baked bread and rolls and cakes for many happy years. '.repeat(4);
  await turn(user, id, () => user.viva.chat.say.mutate({ sessionId: id, text }));
  expect(lastPrompt()).toContain('wind_down_ramble');
});

test('noise without words ends the turn, with nothing for the interview, and the next one works', async () => {
  const session = await interview(user);
  const hiss = new Blob([new Uint8Array(wav(noise(3_000, 0.05)))]);
  await turn(user, session.id, () => begin(session.id));
  server.upstream.hearNext('');
  const events = await turn(user, session.id, () => user.viva.uploadTurn(session.id, hiss));
  expect(events.at(-1)).toMatchObject({ type: 'turn-failed', stage: 'transcription', code: 'no_speech' });
  const said = (await messagesOf(server, session.id)).filter(({ role }) => role === 'candidate');
  expect(said).toMatchObject([{ text: '', questionId: null }]);
  const next = await turn(user, session.id, () => user.viva.chat.say.mutate({ sessionId: session.id, text: 'Sorry?' }));
  expect(next.at(-1)).toMatchObject({ type: 'turn-ended' });
});

test('words are told while they are recognised, where the model tells them', async () => {
  const session = await interview(user);
  const words = 'I baked bread for ten years.';
  const recording = new Blob([await server.say(words)]);
  const events = await turn(user, session.id, () => user.viva.uploadTurn(session.id, recording));
  const told = events.flatMap((event) => (event.type === 'transcript-delta' ? event.text : []));
  expect(told.length).toBeGreaterThan(3);
  expect(told.join('')).toBe(words);
  expect(events.findLastIndex(({ type }) => type === 'transcript-delta')).toBeLessThan(
    events.findIndex(({ type }) => type === 'transcript-end'),
  );
});
