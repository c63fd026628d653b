import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusedResponse } from '../api/support/interviews.ts';
import { startViva } from '../support/viva.ts';
import { cookieOf, saying, startVoices, systemMessage, type Voices, withToken } from './voices.ts';

let server: Voices['server'];
let path: Voices['path'];
let contents: Voices['contents'];
let browser: Voices['browser'];
beforeAll(async () => {
  ({ server, path, contents, browser } = await startVoices());
});
afterAll(() => server?.close());

describe('the owner', () => {
  test('cookie, token and another user have conversations of their own', async () => {
    const [ada, grace] = [await server.signIn(), await server.signIn()];
    const anonymous = browser();
    const voices = { ada: withToken(ada), grace: withToken(grace), anonymous, another: browser() };
    for (const [name, voice] of Object.entries(voices)) await voice.ask(`I am ${name}.`);
    for (const [name, voice] of Object.entries(voices)) {
      await voice.ask(`Who is ${name}?`);
      expect(contents(`Who is ${name}?`).filter((content) => content.startsWith('I am'))).toEqual([`I am ${name}.`]);
    }
    await voices.ada.clear();
    await anonymous.ask('Still there?');
    expect(contents('Still there?')).toContain('I am anonymous.');

    const cookieAndToken = saying('Whose is this?', { cookie: anonymous.cookie });
    const both = await ada.fetch('/api/voice/ask', cookieAndToken);
    expect(both.headers.get('set-cookie')).toBeNull();
    expect(contents('Whose is this?')).toEqual([systemMessage.content, 'Whose is this?']);
  });

  test('the cookie is signed, HttpOnly and SameSite=Lax, and set once', async () => {
    const voice = browser();
    const first = await voice.ask('Hello, are you there?');
    expect(first.headers.get('set-cookie')).toMatch(/^viva_voice=[\w%./+-]+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await voice.ask('And now?')).headers.get('set-cookie')).toBeNull();
  });

  test.each([
    ['another signature', (cookie: string) => cookie.replace(/\.[^.]*$/, '.Zm9yZ2Vk')],
    ['another id', (cookie: string) => cookie.replace(/=......../, '=00000000')],
    ['no signature', (cookie: string) => cookie.replace(/\.[^.]*$/, '')],
    ['nonsense', () => 'viva_voice=%00%ff'],
  ])('a forged cookie (%s) begins a new conversation', async (_name, forge) => {
    const voice = browser();
    await voice.ask('A secret of mine.');
    const forged = await fetch(path('ask'), saying('Tell me the secret.', { cookie: forge(voice.cookie) }));
    expect(forged.status).toBe(200);
    expect(contents('Tell me the secret.')).toEqual([systemMessage.content, 'Tell me the secret.']);
    expect(cookieOf(forged)).toMatch(/^viva_voice=/);
    expect(cookieOf(forged)).not.toBe(voice.cookie);
    await fetch(path('clear'), { method: 'POST', headers: { cookie: forge(voice.cookie) } });
    await voice.ask('Is it still safe?');
    expect(contents('Is it still safe?')).toContain('A secret of mine.');
  });

  test('a bad token is refused, and so is nobody where guests are not taken', async () => {
    await using closed = await startViva({ ALLOW_GUESTS: 'false' });
    const signed = await browser().ask('Hello, is it open?');
    const cookie = cookieOf(signed);
    for (const name of ['ask', 'clear']) {
      const badToken = await fetch(path(name), saying('Hello?', { authorization: 'Bearer forged' }));
      expect(await refusedResponse(badToken)).toMatchObject({ status: 401, code: 'unauthenticated' });
      const nobody = await fetch(`${closed.url}/api/voice/${name}`, saying('Hello?', { cookie }));
      expect(await refusedResponse(nobody)).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
    expect(closed.upstream.callsTo('chat')).toEqual([]);
  });

  test('what a user’s answers cost is booked to the user', async () => {
    const user = await server.signIn();
    await withToken(user).ask('What do I cost?');
    const booked = await server.deps.db.prisma.usage.findMany({ where: { userId: user.userId } });
    expect(booked).toMatchObject([{ capability: 'chat', model: 'gpt-4o', sessionId: null }]);
    expect(booked[0]?.outputTokens).toBeGreaterThan(0);
  });
});
