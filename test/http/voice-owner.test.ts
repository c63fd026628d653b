import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saying, startVoices, systemMessage, type Voices, withToken } from './voices.ts';

let server: Voices['server'];
let contents: Voices['contents'];
let browser: Voices['browser'];
beforeAll(async () => {
  ({ server, contents, browser } = await startVoices());
});
afterAll(() => server?.close());

// Forged cookies and tokens: test/identity/guests.test.ts.
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

  test('what a user’s answers cost is booked to the user', async () => {
    const user = await server.signIn();
    await withToken(user).ask('What do I cost?');
    const booked = await server.deps.db.prisma.usage.findMany({ where: { userId: user.userId } });
    expect(booked).toMatchObject([{ capability: 'chat', model: 'gpt-4o', sessionId: null }]);
    expect(booked[0]?.outputTokens).toBeGreaterThan(0);
  });
});
