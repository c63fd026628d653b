import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusedResponse } from '../api/support/interviews.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

describe('what is not even a call is refused in the same shape', () => {
  const deep = '['.repeat(5e5);
  const json = { 'content-type': 'application/json' };
  test.each<[string, string, RequestInit, number, string]>([
    ['broken JSON', '/trpc/sessions.create', { method: 'POST', headers: json, body: '{"a' }, 400, 'invalid_input'],
    ['a broken query', '/trpc/sessions.list?input=%7B', {}, 400, 'invalid_input'],
    ['an unknown procedure', '/trpc/sessions.destroy', {}, 404, 'not_found'],
    ['a mutation by GET', '/trpc/sessions.create', {}, 405, 'invalid_input'],
    ['plain text', '/trpc/sessions.create', { method: 'POST', body: 'x' }, 415, 'unsupported_media'],
    ['a batch of 21', `/trpc/${Array(21).fill('auth.me').join()}?batch=1&input={}`, {}, 400, 'invalid_input'],
    [
      'a batch of 2,000',
      `/trpc/${Array(2_000).fill('a').join()}?batch=1`,
      { method: 'POST', headers: json, body: '{}' },
      400,
      'invalid_input',
    ],
    [
      '10 MB of JSON',
      '/trpc/sessions.create',
      { method: 'POST', headers: json, body: `"${'x'.repeat(1e7)}"` },
      413,
      'too_large',
    ],
    ['deep nesting', '/trpc/sessions.create', { method: 'POST', headers: json, body: deep }, 400, 'invalid_input'],
    ['deep nesting in a query', `/trpc/sessions.list?input=${deep.slice(0, 5_000)}`, {}, 400, 'invalid_input'],
    ['deep nesting in a batch', `/trpc/auth.me?batch=1&input={"0":${deep.slice(0, 5_000)}}`, {}, 400, 'invalid_input'],
  ])('tRPC: %s', async (_what, path, init, status, code) => {
    const response = await user.fetch(path, init);
    expect(response.status).toBe(status);
    const text = await response.text();
    const body = JSON.parse(text);
    const { error } = Array.isArray(body) ? body[0] : body;
    expect(error.data.error).toEqual({ code, message: error.message });
    expect(error.message).not.toMatch(/content-type "text|path "/);
  });

  test.each<[string, string, RequestInit, number, string]>([
    ['broken JSON', '/audio-interview/questions', { method: 'POST', headers: json, body: '{"a' }, 400, 'invalid_input'],
    ['deep nesting', '/audio-interview/questions', { method: 'POST', headers: json, body: deep }, 400, 'invalid_input'],
    ['no body', '/audio-interview/submit-all-answers', { method: 'POST' }, 400, 'invalid_input'],
    [
      '10 MB of JSON',
      '/audio-interview/questions',
      { method: 'POST', headers: json, body: `"${'x'.repeat(1e7)}"` },
      413,
      'too_large',
    ],
    ['a batch of 10,000', `/trpc/${Array(10_000).fill('a').join()}?batch=1`, {}, 431, 'too_large'],
    [
      'JSON for a form',
      '/audio-interview/submit-answer',
      { method: 'POST', headers: json, body: '{}' },
      415,
      'unsupported_media',
    ],
    ['no such page', '/audio-interview/nothing', {}, 404, 'not_found'],
    ['a path with a stray %', '/audio/%zz', {}, 400, 'invalid_input'],
    ['a path with NUL', '/audio/%00', {}, 400, 'invalid_input'],
    ['a path that climbs', '/audio/..%2f..%2fetc%2fpasswd', {}, 400, 'invalid_input'],
  ])('REST: %s', async (_what, path, init, status, code) => {
    expect(await refusedResponse(await user.fetch(path, init))).toMatchObject({ status, code });
  });
});
