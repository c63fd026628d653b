import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenAiChatModelOptions } from '../../src/llm/openai-chat-model.ts';
import { type ScriptedServer, startScriptedServer } from '../models/support/scripted-server.ts';
import {
  begin,
  chunk,
  cutAfter,
  done,
  event,
  events,
  every,
  openAfter,
  path,
  readAll,
  request,
  role,
  say,
  stop,
  textModel,
  whole,
} from './support/streamed-reply.ts';

let upstream: ScriptedServer;
beforeEach(async () => {
  upstream = await startScriptedServer();
});
afterEach(() => upstream.close());

const model = (...more: [deadlines?: OpenAiChatModelOptions['deadlines'], preferred?: string[]]) =>
  textModel(upstream.baseUrl, ...more);

describe('after the first text', () => {
  it.each([
    ['the body breaks off', events(role, say('Hello')), 'upstream_failed', /broke off/],
    [
      'the body ends inside an event',
      events(say('Hello'), 'data: {"choices":[{"delta":{"cont'),
      'upstream_failed',
      /malformed/,
    ],
    ['an event is broken', events(say('Hello'), 'data: {"choices":[{"del\n\n', done), 'upstream_failed', /malformed/],
    [
      'an event has another shape',
      events(say('Hello'), event({ choices: [{ delta: { content: 5 } }] })),
      'upstream_failed',
      /malformed/,
    ],
    [
      'an error event comes',
      events(say('Hello'), event({ error: { message: 'secret' } })),
      'upstream_failed',
      /malformed/,
    ],
    ['the connection breaks', cutAfter(say('Hello')), 'upstream_failed', /incomplete/],
    [
      'it is refused',
      events(say('Hello'), chunk({ refusal: 'No further.' }), stop, done),
      'upstream_refused',
      /No further/,
    ],
    ['it is filtered', events(say('Hello'), chunk({}, 'content_filter'), done), 'upstream_refused', /content filter/],
  ])('%s: what came stays, the end is typed, nothing is repeated', async (_name, step, code, message) => {
    upstream.on(path, step);
    const { deltas, error } = await readAll(await model().stream(request));
    expect(deltas).toEqual(['Hello']);
    expect(error).toMatchObject({ name: 'DomainError', code, message: expect.stringMatching(message) });
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    ['silence', openAfter(say('Hello'))],
    ['keep-alive comments', every(20, ': keep-alive\n\n', say('Hello'))],
    ['empty pieces', every(20, role, say('Hello'))],
  ])('%s: the deadline from token to token ends it and hangs up', async (_name, step) => {
    upstream.on(path, step);
    const { deltas, error } = await readAll(await model({ tokenToTokenMs: 150 }).stream(request));
    expect(deltas).toEqual(['Hello']);
    expect(error).toMatchObject({ name: 'DomainError', code: 'upstream_timeout' });
    await upstream.received[0]?.closed;
  });

  it('an answer without end: the deadline for the whole ends it and hangs up', async () => {
    upstream.on(path, every(20, say('on ')));
    const { deltas, error } = await readAll(await model({ replyMs: 300 }).stream(request));
    expect(deltas.length).toBeGreaterThan(1);
    expect(error).toMatchObject({ name: 'DomainError', code: 'upstream_timeout' });
    await upstream.received[0]?.closed;
  });

  it('a slow reader is not the model’s fault', async () => {
    upstream.on(path, whole);
    const stream = await model({ tokenToTokenMs: 100, replyMs: 200 }).stream(request);
    const read: string[] = [];
    for await (const delta of stream.deltas) {
      await wait(250);
      read.push(delta);
    }
    expect(read).toEqual(['Hello', ' there.']);
  });
});

describe('leaving', () => {
  it('the caller aborts before the first text', async () => {
    const controller = new AbortController();
    upstream.on(path, (response) => {
      begin(response).write(role);
      setTimeout(() => controller.abort(), 20);
    });
    const cancelled = { code: 'unavailable', message: 'The call was cancelled.' };
    await expect(model().stream({ ...request, signal: controller.signal })).rejects.toMatchObject(cancelled);
    await upstream.received[0]?.closed;
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    ['while the reader waits', openAfter(say('Hello'))],
    ['while text comes', every(5, say('on '))],
    ['when all has arrived but is not read', events(say('Hello') + say(' there.') + stop + done)],
  ])('the caller aborts %s: it hangs up and reading on throws', async (_name, step) => {
    const controller = new AbortController();
    upstream.on(path, step);
    const stream = await model().stream({ ...request, signal: controller.signal });
    const deltas = stream.deltas[Symbol.asyncIterator]();
    await deltas.next();
    const pending = readAll(stream);
    controller.abort();
    const { error } = await pending;
    expect(error).toMatchObject({ name: 'DomainError', code: 'unavailable', message: 'The call was cancelled.' });
    await upstream.received[0]?.closed;
  });

  it('the caller aborts while nobody reads: it hangs up at once, and reading throws afterwards', async () => {
    const controller = new AbortController();
    upstream.on(path, every(5, say('on ')));
    const stream = await model().stream({ ...request, signal: controller.signal });
    controller.abort();
    await upstream.received[0]?.closed;
    expect((await readAll(stream)).error).toMatchObject({ name: 'DomainError', code: 'unavailable' });
  });

  it('breaking out of the loop hangs up', async () => {
    upstream.on(path, every(5, say('on ')));
    const stream = await model().stream(request);
    for await (const delta of stream.deltas) {
      expect(delta).toBe('on ');
      break;
    }
    await upstream.received[0]?.closed;
  });

  it.each([
    ['before reading', false],
    ['while a piece is awaited', true],
  ])('return() %s hangs up and leaves nothing pending', async (_name, reads) => {
    upstream.on(path, openAfter(say('Hello')));
    const deltas = (await model().stream(request)).deltas[Symbol.asyncIterator]();
    if (reads) await deltas.next();
    const pending = reads ? deltas.next() : undefined;
    expect(await deltas.return?.()).toEqual({ done: true, value: undefined });
    if (pending) expect(await pending).toEqual({ done: true, value: undefined });
    await upstream.received[0]?.closed;
  });
});
