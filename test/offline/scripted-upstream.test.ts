import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts';

let upstream: ScriptedUpstream;
let client: OpenAI;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  client = new OpenAI({ baseURL: upstream.url, apiKey: upstream.apiKey, maxRetries: 0 });
});
afterEach(() => upstream.close());

const messages = [{ role: 'user' as const, content: 'I ran a bakery for three years.' }];
const chat = (options?: OpenAI.RequestOptions) =>
  client.chat.completions.create({ model: 'gpt-4o', messages }, options);
const streamed = async (options?: OpenAI.RequestOptions) => {
  const chunks = [];
  for await (const chunk of await client.chat.completions.create(
    { model: 'gpt-4o', messages, stream: true },
    options,
  )) {
    chunks.push(chunk);
  }
  return chunks;
};
const speech = async (signal?: AbortSignal) => {
  const input = 'A fairly long sentence that takes a while to say. '.repeat(4);
  const response = await client.audio.speech.create({ model: 'tts-1', voice: 'ash', input }, { signal });
  return (await response.arrayBuffer()).byteLength;
};

/** What the call ended in: an error's status, or its class where it has none. */
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) =>
      error instanceof OpenAI.APIError && error.status ? error.status : Object(error).constructor.name,
  );

describe('faults', () => {
  it('answers errors in order, then recovers', async () => {
    upstream.failNext('chat', { status: 429, retryAfterS: 2 });
    upstream.failNext('chat', { status: 502 }, 2);
    upstream.failNext('chat', 'model_not_found');
    const error = await chat().catch((thrown: unknown) => thrown);
    expect(error instanceof OpenAI.RateLimitError && error.headers.get('retry-after')).toBe('2');
    expect([await outcome(chat()), await outcome(chat()), await outcome(chat()), await outcome(chat())]).toEqual([
      502,
      502,
      404,
      'answered',
    ]);
    expect(upstream.callsTo('chat')).toHaveLength(5);
  });

  it('resets connections, which the SDK retries', async () => {
    upstream.failNext('chat', 'connection-reset', 2);
    expect(await outcome(chat())).toBe('APIConnectionError');
    expect(await outcome(chat({ maxRetries: 1 }))).toBe('answered');
  });

  it('stalls before headers until the caller leaves', async () => {
    upstream.failNext('chat', 'stall-before-headers');
    expect(await outcome(chat({ timeout: 300 }))).toBe('APIConnectionTimeoutError');
    await expect.poll(() => upstream.calls[0]?.ended()).toBe(true);
  });

  it.each(['stall-after-first', 'keep-alive-only'] as const)('never ends by itself: %s', async (fault) => {
    upstream.failNext('chat', fault);
    const abort = new AbortController();
    const stream = await client.chat.completions.create(
      { model: 'gpt-4o', messages, stream: true },
      { signal: abort.signal },
    );
    const ended = (async () => {
      let seen = 0;
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) seen += 1;
      return seen;
    })();
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 400, 'open'))])).toBe('open');
    abort.abort();
    expect(await ended).toBe(fault === 'keep-alive-only' ? 0 : 1);
  });

  it('breaks streams: malformed events, a missing end, a cut connection', async () => {
    const whole = (await streamed()).length;
    upstream.failNext('chat', 'malformed-sse');
    expect(await outcome(streamed())).toBe('SyntaxError');
    upstream.failNext('chat', 'missing-done');
    expect(await streamed()).toHaveLength(whole);
    upstream.failNext('chat', 'truncated-body');
    expect(await outcome(streamed())).not.toBe('answered');
    upstream.failNext('chat', 'truncated-body');
    expect(await outcome(chat())).not.toBe('answered');
  });

  it('cuts and stalls speech', async () => {
    expect(await speech()).toBeGreaterThan(10_000);
    upstream.failNext('speech', 'truncated-body');
    expect(await outcome(speech())).not.toBe('answered');
    upstream.failNext('speech', 'stall-after-first');
    expect(await outcome(speech(AbortSignal.timeout(300)))).not.toBe('answered');
  });

  it('says unusable things', async () => {
    upstream.failNext('chat', 'invalid-json');
    upstream.failNext('chat', 'refusal');
    upstream.failNext('chat', 'empty-content');
    const said = [await chat(), await chat(), await chat()].map(({ choices }) => choices[0]?.message);
    expect(() => JSON.parse(said[0]?.content ?? '')).toThrow();
    expect(said[1]).toMatchObject({ content: null, refusal: expect.stringContaining('cannot help') });
    expect(said[2]?.content).toBe('');
  });
});

describe('scripts', () => {
  const ask = (name: string) =>
    client.chat.completions.create({
      model: 'gpt-4o',
      messages,
      response_format: { type: 'json_schema', json_schema: { name, schema: {}, strict: true } },
    });

  it('puts words into the mouth of one schema only', async () => {
    upstream.replyNext('answer_extraction', { signals: [], concerns: [] });
    upstream.failNextReply('answer_narrative', { status: 500 });
    expect((await chat()).choices[0]?.message.content).toContain('bakery');
    expect((await ask('answer_extraction')).choices[0]?.message.content).toBe('{"signals":[],"concerns":[]}');
    expect(await outcome(ask('answer_narrative'))).toBe(500);
    expect(upstream.calls.map(({ schemaName }) => schemaName)).toEqual([
      'text',
      'answer_extraction',
      'answer_narrative',
    ]);
  });

  it('hears what it is told to hear, and records what was sent', async () => {
    upstream.hearNext('I was told to say this.');
    const wav = await client.audio.speech.create({
      model: 'tts-1',
      voice: 'ash',
      input: 'Something else.',
      response_format: 'wav',
    });
    const file = new File([await wav.arrayBuffer()], 'answer.wav', { type: 'audio/wav' });
    const { text } = await client.audio.transcriptions.create({ model: 'whisper-1', file, language: 'de' });
    expect(text).toBe('I was told to say this.');
    expect(upstream.callsTo('transcriptions')[0]).toMatchObject({
      model: 'whisper-1',
      language: 'de',
      file: { name: 'answer.wav', mimeType: 'audio/wav', bytes: file.size },
    });
  });

  it('retires models and announces shutdowns', async () => {
    upstream.retire('gpt-4o');
    upstream.announceShutdown('whisper-1', '2027-02-26');
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).not.toContain('gpt-4o');
    expect(data.find(({ id }) => id === 'whisper-1')?.shutdown_date).toBe('2027-02-26');
    expect(await outcome(chat())).toBe(404);
  });

  it('takes its time when told to', async () => {
    upstream.setPace({ firstTokenMs: 60_000 });
    expect(await outcome(chat({ timeout: 200 }))).toBe('APIConnectionTimeoutError');
    upstream.setPace({ firstTokenMs: 0 });
    expect(await outcome(chat())).toBe('answered');
  });
});
