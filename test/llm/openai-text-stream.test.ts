import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenAiChatModelOptions } from '../../src/llm/openai-chat-model.ts';
import {
  failure,
  modelNotFound,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from '../models/support/scripted-server.ts';
import {
  begin,
  chunk,
  counted,
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
const bodies = () => upstream.received.map(({ body }) => JSON.parse(body.toString()));

describe('an answer that arrives', () => {
  it('piece by piece, with its model and what it cost', async () => {
    upstream.on(path, whole);
    const stream = await model().stream(request);
    expect(stream.usage()).toEqual({ inputTokens: 0, outputTokens: 0 });
    expect(await readAll(stream)).toEqual({ deltas: ['Hello', ' there.'], error: null });
    expect([stream.model, stream.usage()]).toEqual(['gpt-4o', { inputTokens: 7, outputTokens: 3 }]);
    expect(bodies()[0]).toEqual({
      model: 'gpt-4o',
      messages: request.messages,
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 300,
      temperature: 0.7,
    });
  });

  it('is asked for with what the model takes', async () => {
    upstream.on(path, whole);
    await readAll(await model(undefined, ['accounts/fireworks/models/deepseek-v3p2']).stream(request));
    expect(bodies()[0]).toMatchObject({ max_tokens: 300 });
    expect(bodies()[0]).not.toHaveProperty('temperature');
  });

  it('each piece before the next is sent', async () => {
    const next = Promise.withResolvers<void>();
    upstream.on(path, async (response) => {
      begin(response).write(role + say('One'));
      await next.promise;
      response.end(say(' two') + stop + done);
    });
    const deltas = (await model().stream(request)).deltas[Symbol.asyncIterator]();
    expect(await deltas.next()).toEqual({ done: false, value: 'One' });
    next.resolve();
    expect(await deltas.next()).toEqual({ done: false, value: ' two' });
    expect(await deltas.next()).toEqual({ done: true, value: undefined });
  });

  it('cut anywhere, even inside a letter', async () => {
    const text = 'Grüß Gott, 面接 👩🏽‍💻!';
    const bytes = Buffer.from(role + say(text) + say('é') + stop + counted + done);
    upstream.on(path, events(...Array.from(bytes, (byte) => Uint8Array.of(byte))));
    expect(await readAll(await model().stream(request))).toEqual({ deltas: [text, 'é'], error: null });
  });

  it.each([
    ['without [DONE]', events(role, say('Hello'), stop)],
    ['without a finish_reason', events(role, say('Hello'), done)],
    ['without a count, or with another provider’s idea of one', events(say('Hello'), stop, event({ usage: {} }), done)],
    ['with its last text beside the reason', events(role, chunk({ content: 'Hello' }, 'stop'), done)],
    ['cut off at the length limit', events(role, say('Hello'), chunk({}, 'length'), done)],
    [
      'with Windows line ends and comments',
      events(`: hi\r\n\r\n${(role + say('Hello') + stop + done).replaceAll('\n', '\r\n')}`),
    ],
    ['after blank space', events(say('\n\n'), say('  Hello'), stop, done)],
    ['and the connection breaks after its end', cutAfter(say('Hello') + stop)],
    ['and the connection stays open after its end', openAfter(say('Hello'), stop)],
  ])('%s', async (_name, step) => {
    upstream.on(path, step);
    const stream = await model().stream(request);
    expect(await readAll(stream)).toEqual({ deltas: ['Hello'], error: null });
    expect(stream.usage()).toEqual({ inputTokens: 0, outputTokens: 0 });
    await upstream.received[0]?.closed;
  });

  it('keeps the connection for the next question', async () => {
    const ports: (number | undefined)[] = [];
    upstream.on(path, (response, received) => {
      ports.push(response.socket?.remotePort);
      return whole(response, received);
    });
    const kept = model();
    for (let turn = 0; turn < 3; turn++) {
      await readAll(await kept.stream(request));
      await upstream.received[turn]?.closed;
      await wait(20);
    }
    expect(ports).toHaveLength(3);
    expect(new Set(ports).size).toBe(1);
  });
});

describe('before the first text', () => {
  it.each([
    ['a busy server', failure(429, {}, { 'retry-after-ms': '1' })],
    ['a failing server', failure(500, {}, { 'retry-after-ms': '1' })],
    ['a body that breaks off', events(role)],
    ['a broken event', events(role, 'data: {"choices":[{"del\n\n')],
    ['an error event', events(role, event({ error: { message: 'overloaded', type: 'server_error' } }))],
    ['an answer that is no stream', events('{"choices":[]}')],
    ['an event of another shape', events(event({ choices: 5 }))],
  ])('%s is asked again', async (_name, step) => {
    upstream.on(path, step, whole);
    expect(await readAll(await model().stream(request))).toEqual({ deltas: ['Hello', ' there.'], error: null });
    expect(upstream.received).toHaveLength(2);
  });

  it('an unknown model gives way to the next', async () => {
    upstream.on(path, modelNotFound, whole);
    expect((await model().stream(request)).model).toBe('gpt-4.1-mini');
  });

  it.each([
    [
      'a refusal',
      events(role, chunk({ refusal: 'I cannot ' }), chunk({ refusal: 'help.' }), stop, done),
      /I cannot help\./,
    ],
    ['a refusal that breaks off', events(role, chunk({ refusal: 'I cannot help.' })), /I cannot help/],
    ['a content filter', events(role, chunk({}, 'content_filter'), done), /content filter/],
    ['nothing', events(role, stop, done), /empty/],
    ['blanks', events(say(' '), say('\n'), stop, done), /empty/],
    ['a limit spent on thinking', events(role, chunk({}, 'length'), done), /empty/],
  ])('%s is a refusal with a reason, not repeated', async (_name, step, reason) => {
    upstream.on(path, step);
    const refused = { code: 'upstream_refused', message: expect.stringMatching(reason) };
    await expect(model().stream(request)).rejects.toMatchObject(refused);
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    [400, 'upstream_failed', 1],
    [401, 'unavailable', 1],
    [503, 'upstream_failed', 3],
  ])('%i ends as %s after %i calls', async (status, code, calls) => {
    upstream.on(path, failure(status, {}, { 'retry-after-ms': '1' }));
    await expect(model().stream(request)).rejects.toMatchObject({ code });
    expect(upstream.received).toHaveLength(calls);
  });

  it('out of credit, said in an event, is not repeated', async () => {
    upstream.on(path, events(event({ error: { message: 'quota', code: 'insufficient_quota' } })));
    await expect(model().stream(request)).rejects.toMatchObject({ code: 'unavailable' });
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    ['no headers', silence],
    ['headers only', openAfter('')],
    ['keep-alive comments', every(20, ': keep-alive\n\n')],
    ['empty pieces', every(20, role)],
    ['blank pieces', every(20, say(' '))],
    ['half an event', openAfter('data: {"choices":')],
  ])('%s: the deadline for the first token ends it and hangs up', async (_name, step) => {
    upstream.on(path, step);
    await expect(model({ firstTokenMs: 150 }).stream(request)).rejects.toMatchObject({ code: 'upstream_timeout' });
    await upstream.received[0]?.closed;
    expect(upstream.received).toHaveLength(1);
  });
});
