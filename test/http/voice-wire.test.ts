import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { refusedResponse } from '../api/support/interviews.ts';
import { answerOf, post, saying, startVoices, type Voices } from './voices.ts';

const frontEnd = 'https://app.example.org';

let server: Voices['server'];
let path: Voices['path'];
let contents: Voices['contents'];
let storedMessages: Voices['storedMessages'];
let browser: Voices['browser'];
beforeAll(async () => {
  ({ server, path, contents, storedMessages, browser } = await startVoices({ CORS_ORIGINS: frontEnd }));
});
afterAll(() => server?.close());

describe('what goes wrong', () => {
  test.each([
    ['no prompt', {}],
    ['an empty prompt', { prompt: ' \n' }],
    ['nothing visible', { prompt: '\u0000\u200b' }],
    ['100 kB', { prompt: 'a'.repeat(100_000) }],
    ['a number', { prompt: 7 }],
    ['null', { prompt: null }],
    ['a list', ['Hello']],
    ['a string', 'Hello'],
  ])('%s is 400', async (_name, body) => {
    const calls = server.upstream.callsTo('chat').length;
    const response = await fetch(path('ask'), post(body));
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await refusedResponse(response)).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(server.upstream.callsTo('chat')).toHaveLength(calls);
  });

  test('broken JSON and no body are 400, another media type is 415', async () => {
    const broken = await fetch(path('ask'), { ...post({}), body: '{"prompt' });
    const nothing = await fetch(path('ask'), { method: 'POST' });
    const form = await fetch(path('ask'), { method: 'POST', body: new URLSearchParams({ prompt: 'Hello' }) });
    for (const response of [broken, nothing]) {
      expect(await refusedResponse(response)).toMatchObject({ status: 400, code: 'invalid_input' });
    }
    expect(await refusedResponse(form)).toMatchObject({ status: 415, code: 'unsupported_media' });
  });

  test.each([
    ['refusal', { status: 502, code: 'upstream_refused' }],
    ['malformed-sse', { status: 502, code: 'upstream_failed' }],
    [{ status: 400 }, { status: 502, code: 'upstream_failed' }],
  ] as const)('upstream %o: a typed error, and the memory is unchanged', async (fault, expected) => {
    const voice = browser();
    await voice.ask('Good so far.');
    const before = await storedMessages();
    server.upstream.failNextReply('text', fault);
    const response = await voice.ask('This goes wrong.');
    expect(await refusedResponse(response)).toMatchObject(expected);
    expect(await storedMessages()).toBe(before);
    await voice.ask('Once more.');
    expect(contents('Once more.')).not.toContain('This goes wrong.');
    expect(contents('Once more.')).toContain('Good so far.');
  });
});

describe('the wire', () => {
  test('a trailing slash is the same address', async () => {
    const asked = await fetch(path('ask/'), saying('Hello with a slash.'));
    expect(await answerOf(asked)).toMatch(/\S/);
    expect((await fetch(path('clear/'), { method: 'POST' })).status).toBe(200);
  });

  test('an allowed origin may send cookies, another may not', async () => {
    const preflight = (origin: string) =>
      fetch(path('ask'), {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    const ask = (origin: string) => fetch(path('ask'), saying('Hello from elsewhere.', { origin }));
    for (const send of [preflight, ask]) {
      const { headers } = await send(frontEnd);
      expect(headers.get('access-control-allow-origin')).toBe(frontEnd);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toContain('Origin');
      const other = await send('https://evil.example');
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('both are in the OpenAPI document', async () => {
    const document = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.object({ security: z.unknown().optional() }))) })
      .parse(await (await fetch(`${server.url}/docs/json`)).json());
    for (const name of ['/api/voice/ask', '/api/voice/clear']) {
      expect(document.paths[name]?.post?.security).toEqual([{}, { bearer: [] }]);
    }
  });
});
