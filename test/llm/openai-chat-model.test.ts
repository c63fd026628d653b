import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOpenAiChatModel } from '../../src/llm/openai-chat-model.ts';
import {
  accessTo,
  failure,
  json,
  modelNotFound,
  type Received,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from '../models/support/scripted-server.ts';

const path = '/chat/completions';
const schema = z.object({
  title: z.string().min(1),
  score: z.number().int().min(0).max(5),
  note: z.string().nullable(),
});
const good = { title: 'ok', score: 4, note: null };
const request = {
  name: 'review',
  schema,
  messages: [
    { role: 'system' as const, content: 'You review.' },
    { role: 'user' as const, content: 'Review this.' },
  ],
  maxTokens: 300,
};

function completion(content: unknown, more: { finish_reason?: string; refusal?: string } = {}) {
  const message = {
    role: 'assistant',
    content: typeof content === 'string' ? content : JSON.stringify(content),
    refusal: more.refusal ?? null,
  };
  return json({
    choices: [{ index: 0, finish_reason: more.finish_reason ?? 'stop', message }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
}

const wire = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z.object({
    type: z.string(),
    json_schema: z.looseObject({ name: z.string(), strict: z.boolean() }),
  }),
});
const sent = (received: Received | undefined) => wire.parse(JSON.parse(received?.body.toString() ?? ''));

let upstream: ScriptedServer;
beforeEach(async () => {
  upstream = await startScriptedServer();
});
afterEach(() => upstream.close());

function setUp(preferred?: string[], totalMs?: number, capability: 'chat' | 'evaluate' = 'chat') {
  const access = accessTo(upstream.baseUrl, preferred && { [capability]: preferred });
  const model = createOpenAiChatModel({
    capability,
    client: access.clients[capability],
    catalogue: access.catalogue,
    log: access.log,
    ...(totalMs && { deadlines: { totalMs } }),
  });
  return { ...access, model };
}

describe('the request', () => {
  it('carries a strict schema, in words too, and what the model takes', async () => {
    upstream.on(path, completion(good));
    const reply = await setUp().model.json(request);
    expect(reply).toEqual({ value: good, model: 'gpt-4o', usage: { inputTokens: 10, outputTokens: 5 } });
    const body = sent(upstream.received[0]);
    expect(body).toMatchObject({ model: 'gpt-4o', max_completion_tokens: 300, temperature: 0.7 });
    expect(body.response_format).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'review',
        strict: true,
        schema: {
          type: 'object',
          properties: {
            title: { type: 'string' },
            score: { type: 'integer', minimum: 0, maximum: 5 },
            note: { type: ['string', 'null'] },
          },
          required: ['title', 'score', 'note'],
          additionalProperties: false,
        },
      },
    });
    expect(body.messages).toHaveLength(2);
    expect(body.messages[0]?.content).toMatch(/^You review\.\n\nAnswer with one JSON object.*"score"/s);
  });

  it('leaves out what newer and foreign models refuse', async () => {
    upstream.on(path, completion(good));
    await setUp(['gpt-6-luna']).model.json(request);
    await setUp(['accounts/fireworks/models/deepseek-v3p2'], undefined, 'evaluate').model.json({
      ...request,
      messages: request.messages.slice(1),
    });
    const [luna, deepseek] = upstream.received.map(sent);
    expect(luna).toHaveProperty('max_completion_tokens');
    expect(luna).not.toHaveProperty('temperature');
    expect(deepseek).toMatchObject({ max_tokens: 300 });
    expect(deepseek).not.toHaveProperty('max_completion_tokens');
    expect(deepseek).not.toHaveProperty('temperature');
    expect(deepseek?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  });

  it('keeps fields that are named like keywords', async () => {
    upstream.on(path, completion({ default: 'x', minLength: 1 }));
    const named = z.object({ default: z.string(), minLength: z.number() });
    const reply = await setUp().model.json({ ...request, schema: named });
    expect(reply.value).toEqual({ default: 'x', minLength: 1 });
    expect(sent(upstream.received[0]).response_format.json_schema).toMatchObject({
      schema: { properties: { default: { type: 'string' }, minLength: { type: 'number' } } },
    });
  });
});

describe('answers that do not fit', () => {
  it.each([
    ['no JSON', 'Sure! Here you go', 'not valid JSON'],
    ['a score of 999', { ...good, score: 999 }, 'score'],
    ['a missing field', { title: 'ok', score: 1 }, 'note'],
  ])('%s: one repair, and both calls count', async (_name, bad, problem) => {
    upstream.on(path, completion(bad), completion(good));
    const { model } = setUp();
    expect(await model.json(request)).toMatchObject({ value: good, usage: { inputTokens: 20, outputTokens: 10 } });
    expect(upstream.received).toHaveLength(2);
    const { messages } = sent(upstream.received[1]);
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages.at(-1)?.content).toContain(problem);
  });

  it('a Markdown fence is taken off without a second call', async () => {
    upstream.on(path, completion(`\`\`\`json\n${JSON.stringify(good)}\n\`\`\``));
    expect((await setUp().model.json(request)).value).toEqual(good);
    expect(upstream.received).toHaveLength(1);
  });

  it('twice: refused, quoting neither answer', async () => {
    upstream.on(path, completion('private answer'));
    const { model, log } = setUp();
    const error = await model.json(request).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'upstream_failed' });
    expect(upstream.received).toHaveLength(2);
    expect(`${error.message} ${error.cause} ${JSON.stringify(log.lines)}`).not.toContain('private');
  });

  it('cut off at the limit: asked again to be briefer, without the broken half', async () => {
    upstream.on(path, completion('{"title":"half', { finish_reason: 'length' }), completion(good));
    expect((await setUp().model.json(request)).value).toEqual(good);
    const { messages } = sent(upstream.received[1]);
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'user']);
    expect(messages.at(-1)?.content).toContain('cut off');
  });

  it.each([
    ['a refusal', completion('', { refusal: 'I cannot help with that.' }), /I cannot help/],
    ['a content filter', completion('', { finish_reason: 'content_filter' }), /content filter/],
    ['nothing', completion('  '), /empty/],
    ['no choices', json({ choices: [] }), /empty/],
  ])('%s is a refusal with a reason', async (_name, step, reason) => {
    upstream.on(path, step);
    const refused = { code: 'upstream_refused', message: expect.stringMatching(reason) };
    await expect(setUp().model.json(request)).rejects.toMatchObject(refused);
    expect(upstream.received).toHaveLength(1);
  });
});

describe('upstream trouble', () => {
  it.each([
    [401, 'unavailable', 1],
    [400, 'upstream_failed', 1],
    [429, 'unavailable', 3],
    [500, 'upstream_failed', 3],
    [502, 'upstream_failed', 3],
  ])('%i ends as %s after %i calls', async (status, code, calls) => {
    upstream.on(path, failure(status, { message: 'sk-test-key' }, { 'retry-after-ms': '1' }));
    const { model, log } = setUp();
    const error = await model.json(request).catch((thrown) => thrown);
    expect(error).toMatchObject({ code });
    expect(`${error.message} ${JSON.stringify(log.lines)}`).not.toContain('sk-test-key');
    expect(upstream.received).toHaveLength(calls);
  });

  it('waits as long as Retry-After says, then succeeds', async () => {
    upstream.on(path, failure(429, {}, { 'retry-after': '0.3' }), completion(good));
    expect((await setUp().model.json(request)).value).toEqual(good);
    const [first, second] = upstream.received;
    // A timer may fire up to a millisecond early; less than asked for would be impolite.
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(298);
  });

  it.each([
    ['longer than we wait', '120'],
    ['longer than the deadline', '5'],
  ])('a Retry-After %s is handed to the caller', async (_name, seconds) => {
    upstream.on(path, failure(429, {}, { 'retry-after': seconds }));
    const busy = { code: 'unavailable', retryAfterMs: Number(seconds) * 1000 };
    await expect(setUp(undefined, 3000).model.json(request)).rejects.toMatchObject(busy);
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    ['before the headers', silence],
    [
      'within the body',
      (response: import('node:http').ServerResponse) =>
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":'),
    ],
    [
      'after error headers',
      (response: import('node:http').ServerResponse) =>
        response.writeHead(400, { 'content-type': 'application/json' }).write('{'),
    ],
  ])('a stall %s ends at the deadline and hangs up', async (_name, step) => {
    upstream.on(path, step);
    await expect(setUp(undefined, 200).model.json(request)).rejects.toMatchObject({ code: 'upstream_timeout' });
    await upstream.received[0]?.closed;
  });

  it('bytes without content do not put the deadline off', async () => {
    upstream.on(path, (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const keepAlive = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(keepAlive));
    });
    await expect(setUp(undefined, 200).model.json(request)).rejects.toMatchObject({ code: 'upstream_timeout' });
    await upstream.received[0]?.closed;
  });

  it('a body cut short is asked for again', async () => {
    const cut: Parameters<ScriptedServer['on']>[1] = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"choices": [');
      setImmediate(() => response.destroy());
    };
    upstream.on(path, cut, completion(good));
    expect((await setUp().model.json(request)).value).toEqual(good);
    expect(upstream.received).toHaveLength(2);
  });

  it('a server that is not there is unavailable', async () => {
    const { model } = setUp(undefined, 300);
    await upstream.close();
    await expect(model.json(request)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('reached'),
    });
    upstream = await startScriptedServer();
  });

  it('an unknown model gives way to the next, from then on', async () => {
    upstream.on(path, modelNotFound, completion(good));
    const { model } = setUp();
    expect((await model.json(request)).model).toBe('gpt-4.1-mini');
    expect((await model.json(request)).model).toBe('gpt-4.1-mini');
    expect(upstream.received.map((received) => sent(received).model)).toEqual([
      'gpt-4o',
      'gpt-4.1-mini',
      'gpt-4.1-mini',
    ]);
  });

  it('hangs up as soon as the caller leaves', async () => {
    const controller = new AbortController();
    upstream.on(path, () => controller.abort());
    const call = setUp().model.json({ ...request, signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: 'unavailable', message: 'The call was cancelled.' });
    await upstream.received[0]?.closed;
    expect(upstream.received).toHaveLength(1);
  });
});
