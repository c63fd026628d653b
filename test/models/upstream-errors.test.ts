import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { expect, it } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { CallCancelled, DeadlineExceeded, withDeadline } from '../../src/models/deadline.ts';
import { retryDelayMs } from '../../src/models/retry.ts';
import { isModelNotFound, isRetryable, retryAfterMs, upstreamError } from '../../src/models/upstream-errors.ts';

const upstream = { capability: 'chat', host: 'api.openai.com' } as const;
const answer = (status: number, error: object = {}, headers: Record<string, string> = {}) =>
  APIError.generate(status, { error }, undefined, new Headers(headers));

it.each([
  ['401', answer(401, { message: 'bad key sk-secret' }), 'unavailable', /key was refused.*OPENAI_API_KEY/, false],
  ['403', answer(403), 'unavailable', /OPENAI_API_KEY/, false],
  ['404', answer(404), 'unavailable', /CHAT_MODELS/, false],
  ['400', answer(400, { message: 'private prompt' }), 'upstream_failed', /rejected/, false],
  ['409', answer(409), 'upstream_failed', /rejected/, true],
  ['429', answer(429), 'unavailable', /busy/, true],
  ['429 without credit', answer(429, { code: 'insufficient_quota' }), 'unavailable', /credit/, false],
  ['500', answer(500), 'upstream_failed', /failed/, true],
  ['503 that says no', answer(503, {}, { 'x-should-retry': 'false' }), 'upstream_failed', /failed/, false],
  ['connection refused', new APIConnectionError({}), 'unavailable', /reached/, true],
  ['timeout', new APIConnectionTimeoutError(), 'upstream_timeout', /too long/, true],
  ['deadline', new DeadlineExceeded(5), 'upstream_timeout', /too long/, true],
  ['cancelled', new CallCancelled('', { cause: new Error('left') }), 'unavailable', /cancelled/, false],
  [
    'cancelled by a timeout',
    new CallCancelled('', { cause: new DOMException('', 'TimeoutError') }),
    'upstream_timeout',
    /too long/,
    true,
  ],
  ['cut off', new TypeError('terminated'), 'upstream_failed', /incomplete/, true],
  ['half a JSON', new SyntaxError('Unexpected end'), 'upstream_failed', /incomplete/, true],
  ['our own mistake', new TypeError('x is not a function'), 'upstream_failed', /malformed/, false],
])('%s', (_name, error, code, message, retryable) => {
  const mapped = upstreamError(error, upstream);
  expect(mapped).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(mapped.message).not.toMatch(/secret|private/);
  expect(isRetryable(mapped)).toBe(retryable);
});

it('never keeps the text of a refused key, which may quote the key', () => {
  const mapped = upstreamError(answer(401, { message: 'bad key sk-secret' }), {
    capability: 'evaluate',
    host: 'api.fireworks.ai',
  });
  expect(mapped.message).toMatch(/FIREWORKS_API_KEY or EVALUATE_API_KEY/);
  expect(String(mapped.cause)).not.toContain('sk-secret');
});

it('passes a DomainError through, also as the reason of an abort', () => {
  const own = new DomainError('session_ended', 'The session has ended.');
  expect(upstreamError(own, upstream)).toBe(own);
  expect(upstreamError(new CallCancelled('', { cause: own }), upstream)).toBe(own);
  expect(isRetryable(own)).toBe(false);
});

it('reads Retry-After as milliseconds, seconds or a date', () => {
  const nowMs = Date.parse('2026-11-21T00:00:00Z');
  expect(retryAfterMs(answer(429, {}, { 'retry-after-ms': '250', 'retry-after': '9' }), nowMs)).toBe(250);
  expect(retryAfterMs(answer(429, {}, { 'retry-after': '1.5' }), nowMs)).toBe(1500);
  expect(retryAfterMs(answer(429, {}, { 'retry-after': 'Sat, 21 Nov 2026 00:00:10 GMT' }), nowMs)).toBe(10_000);
  expect(retryAfterMs(answer(429, {}, { 'retry-after': 'soon' }), nowMs)).toBeUndefined();
  expect(upstreamError(answer(429, {}, { 'retry-after': '7' }), upstream).retryAfterMs).toBe(7000);
});

it('waits at least as long as asked, backs off with jitter otherwise, and gives up in time', () => {
  const asked = answer(429, {}, { 'retry-after': '2' });
  expect([retryDelayMs(asked, 1, () => 0), retryDelayMs(asked, 1, () => 1)]).toEqual([2000, 2500]);
  expect([retryDelayMs(answer(500), 1, () => 0), retryDelayMs(answer(500), 2, () => 1)]).toEqual([250, 1000]);
  expect(retryDelayMs(answer(500), 3)).toBeNull();
  expect(retryDelayMs(answer(400), 1)).toBeNull();
  expect(retryDelayMs(answer(429, {}, { 'retry-after': '31' }), 1)).toBeNull();
});

it('recognises a model that is not there, whoever says so', () => {
  expect(isModelNotFound(answer(404, { code: 'model_not_found', message: '' }))).toBe(true);
  expect(isModelNotFound(answer(403, { code: 'model_not_found', message: 'no access' }))).toBe(true);
  expect(isModelNotFound(answer(404, { message: 'model "x" not found, try pulling it first' }))).toBe(true);
  expect(isModelNotFound(answer(404, { message: 'Invalid URL (POST /v1/chat)' }))).toBe(false);
  expect(isModelNotFound(answer(400, { message: 'This model takes no images' }))).toBe(false);
  expect(isModelNotFound(new APIUserAbortError())).toBe(false);
});

it('a deadline ends work that does not listen, and takes its listener off the signal', async () => {
  const controller = new AbortController();
  await expect(withDeadline(10, controller.signal, () => new Promise(() => undefined))).rejects.toBeInstanceOf(
    DeadlineExceeded,
  );
  expect(await withDeadline(1000, controller.signal, async () => 'done')).toBe('done');
  const cancelled = withDeadline(60_000, controller.signal, () => new Promise(() => undefined));
  controller.abort(new Error('left'));
  await expect(cancelled).rejects.toMatchObject({ name: 'CallCancelled', cause: { message: 'left' } });
  await expect(withDeadline(1000, controller.signal, async () => 'done')).rejects.toBeInstanceOf(CallCancelled);
});
