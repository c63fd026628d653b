import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusedResponse } from '../api/support/interviews.ts';
import { answerOf, cookieOf, startVoices, systemMessage, type Voices, withToken } from './voices.ts';

let server: Voices['server'];
let path: Voices['path'];
let sentWith: Voices['sentWith'];
let contents: Voices['contents'];
let storedMessages: Voices['storedMessages'];
let browser: Voices['browser'];
beforeAll(async () => {
  ({ server, path, sentWith, contents, storedMessages, browser } = await startVoices());
});
afterAll(() => server?.close());

describe('a conversation', () => {
  test('is the brief’s: system message, limit of 200 tokens, and everything said before', async () => {
    const voice = browser();
    server.upstream.replyNext('text', 'Hello Ada.');
    expect(await (await voice.ask('I am Ada.')).json()).toEqual({ response: 'Hello Ada.' });
    expect(sentWith('I am Ada.')).toEqual({
      messages: [systemMessage, { role: 'user', content: 'I am Ada.' }],
      max_completion_tokens: 200,
    });
    await voice.ask('Who am I?');
    expect(sentWith('Who am I?').messages).toEqual([
      systemMessage,
      { role: 'user', content: 'I am Ada.' },
      { role: 'assistant', content: 'Hello Ada.' },
      { role: 'user', content: 'Who am I?' },
    ]);
  });

  test('keeps the last 20 messages and deletes older ones', async () => {
    const user = await server.signIn();
    const voice = withToken(user);
    for (let number = 1; number <= 12; number++) {
      server.upstream.replyNext('text', `Answer ${number}.`);
      await voice.ask(`Prompt ${number}.`);
    }
    const kept = await server.deps.db.prisma.assistantMessage.findMany({
      where: { owner: `user:${user.userId}` },
      orderBy: { id: 'asc' },
    });
    const expected = Array.from({ length: 10 }, (_, index) => [`Prompt ${index + 3}.`, `Answer ${index + 3}.`]).flat();
    expect(kept.map(({ text }) => text)).toEqual(expected);
    expect(contents('Prompt 12.')).toEqual([systemMessage.content, ...expected.slice(0, -1)]);
  });

  test('is forgotten on clear, whatever the body', async () => {
    const voice = browser();
    for (const init of [{}, { body: '{}' }, { body: 'not JSON' }, { body: '' }]) {
      await voice.ask('I am Grace.');
      const headers = { cookie: voice.cookie, 'content-type': 'application/json' };
      const cleared = await fetch(path('clear'), { method: 'POST', headers, ...init });
      expect([cleared.status, await cleared.json()]).toEqual([200, { status: 'conversation cleared' }]);
      await voice.ask('Do you know me?');
      expect(contents('Do you know me?')).toEqual([systemMessage.content, 'Do you know me?']);
      await voice.clear();
    }
    const stranger = await browser().clear();
    expect([await stranger.json(), cookieOf(stranger)]).toEqual([{ status: 'conversation cleared' }, '']);
  });

  test('survives a restart of the server', async () => {
    const voice = browser();
    await voice.ask('Remember the number 4711.');
    await server.restart();
    await voice.ask('Which number?');
    expect(contents('Which number?')).toContain('Remember the number 4711.');
  });
});

describe('two prompts at once', () => {
  test('are answered one after the other', async () => {
    const voice = browser();
    await voice.ask('To begin with.');
    const gate = server.upstream.hold((call) => JSON.stringify(call.body).includes('First of two.'));
    const first = voice.ask('First of two.');
    await gate.full;
    const second = voice.ask('Second of two.');
    // Somebody else does not wait; by then the second would have been asked, if it did not wait either.
    expect((await browser().ask('What about me?')).status).toBe(200);
    gate.open();
    const answers = [await answerOf(await first), await answerOf(await second)];
    expect(contents('Second of two.').slice(-3)).toEqual(['First of two.', answers[0], 'Second of two.']);
  });

  test('more than five under way are refused; a clear gives them all up and nothing is kept', async () => {
    const voice = browser();
    await voice.ask('To begin with.');
    const before = await storedMessages();
    const gate = server.upstream.hold((call) => JSON.stringify(call.body).includes('Number 1 of 5.'));
    const asks = [voice.ask('Number 1 of 5.')];
    await gate.full;
    for (const number of [2, 3, 4, 5, 6]) asks.push(voice.ask(`Number ${number} of 5.`));
    const refused = await refusedResponse(await Promise.any(asks.map(overLimit)));
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' });
    expect((await voice.clear()).status).toBe(200);
    const outcomes = await Promise.all(asks.map(async (ask) => (await ask).status));
    expect(outcomes.toSorted()).toEqual([409, 409, 409, 409, 409, 429]);
    gate.open();
    expect(await storedMessages()).toBe(before - 2);
  });
});

async function overLimit(ask: Promise<Response>): Promise<Response> {
  const response = await ask;
  if (response.status !== 429) throw new Error('this one was not refused');
  return response.clone();
}
