import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenAiSpeaker } from '../../src/speech/openai-speaker.ts';
import type { Speech } from '../../src/speech/speaker.ts';
import type { SpeakerOptions } from '../../src/speech/speech-attempt.ts';
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

const path = '/audio/speech';
const audio = Buffer.alloc(50_000, 'mp3');
const request = { text: 'Tell me about yourself.', voice: 'nova', language: 'en', style: 'Warm, unhurried.' } as const;
const sent = (received: Received | undefined): unknown => JSON.parse(received?.body.toString() ?? '');

let upstream: ScriptedServer;
beforeEach(async () => {
  upstream = await startScriptedServer();
});
afterEach(() => upstream.close());

function setUp(models?: string[], deadlines?: SpeakerOptions['deadlines']) {
  const { clients, catalogue, log } = accessTo(upstream.baseUrl, models && { speak: models });
  return createOpenAiSpeaker({
    origin: 'test',
    client: clients.speak,
    catalogue,
    log,
    ...(deadlines && { deadlines }),
  });
}

const speak = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(audio);

/** Sends half of the audio; `after` decides how it goes on. */
const half =
  (headers: Record<string, string>, after: (response: ServerResponse) => unknown = () => undefined) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg', ...headers });
    response.write(audio.subarray(0, 25_000), () => after(response));
  };

async function heard({ body }: Speech): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('what goes out and comes back', () => {
  it('streams MP3, and sends tts-1-hd no instructions', async () => {
    upstream.on(path, speak);
    const speech = await setUp().speak(request);
    expect(speech).toMatchObject({ model: 'tts-1-hd', mimeType: 'audio/mpeg' });
    expect((await heard(speech)).equals(audio)).toBe(true);
    expect(sent(upstream.received[0])).toEqual({
      model: 'tts-1-hd',
      voice: 'nova',
      input: request.text,
      response_format: 'mp3',
    });
  });

  it('says how to speak, and in which language, where the model listens', async () => {
    upstream.on(path, speak);
    const speaker = setUp(['gpt-4o-mini-tts']);
    await heard(await speaker.speak({ ...request, language: 'de' }));
    expect(sent(upstream.received[0])).toMatchObject({ instructions: 'Speak German. Warm, unhurried.' });
  });

  it('takes the model that has the voice', async () => {
    upstream.on(path, speak);
    const speaker = setUp();
    expect([speaker.currentModel('alloy'), speaker.currentModel('nova'), speaker.currentModel('marin')]).toEqual([
      'tts-1-hd',
      'tts-1-hd',
      'gpt-4o-mini-tts',
    ]);
    expect((await speaker.speak({ ...request, voice: 'marin' })).model).toBe('gpt-4o-mini-tts');
  });

  it('yields the first audio before the last has been made', async () => {
    let finish = () => {};
    upstream.on(
      path,
      half({}, (response) => {
        finish = () => response.end(audio.subarray(25_000));
      }),
    );
    const speech = await setUp().speak(request);
    const iterator = speech.body[Symbol.asyncIterator]();
    expect((await iterator.next()).done).toBe(false);
    finish();
    let rest = 0;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) rest += next.value.byteLength;
    expect(rest).toBeGreaterThan(0);
  });

  it('takes 1 to 4096 characters', async () => {
    upstream.on(path, speak);
    const speaker = setUp();
    await expect(speaker.speak({ ...request, text: 'a'.repeat(4097) })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(speaker.speak({ ...request, text: '  ' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(upstream.received).toHaveLength(0);
    await heard(await speaker.speak({ ...request, text: '😀'.repeat(4096) }));
  });
});

describe('upstream trouble', () => {
  it('retries until the first audio', async () => {
    upstream.on(path, failure(500, {}, { 'retry-after-ms': '1' }), failure(429, {}, { 'retry-after-ms': '1' }), speak);
    expect((await heard(await setUp().speak(request))).equals(audio)).toBe(true);
    expect(upstream.received).toHaveLength(3);
  });

  it('moves on from a model that is gone', async () => {
    upstream.on(path, modelNotFound, speak);
    const speaker = setUp();
    expect((await speaker.speak(request)).model).toBe('gpt-4o-mini-tts');
    expect(speaker.currentModel('alloy')).toBe('gpt-4o-mini-tts');
  });

  it.each([
    ['JSON', json({ error: 'oops' })],
    ['an empty body', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'audio/mpeg' }).end()],
  ])('%s is not taken for audio', async (_name, step) => {
    upstream.on(path, step);
    await expect(setUp(undefined, { startMs: 900 }).speak(request)).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it.each([
    ['before the headers', silence],
    [
      'after the headers',
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'audio/mpeg' }).flushHeaders(),
    ],
  ])('a stall %s is tried again, then ends at the deadline', async (_name, step) => {
    upstream.on(path, step);
    const speaker = setUp(undefined, { firstByteMs: 100, startMs: 1500 });
    await expect(speaker.speak(request)).rejects.toMatchObject({ code: 'upstream_timeout' });
    expect(upstream.received.length).toBeGreaterThan(1);
    await Promise.all(upstream.received.map(({ closed }) => closed));
  });

  it.each([
    ['stalls', half({}), 'upstream_timeout'],
    ['is cut off (chunked)', half({}, (response) => response.destroy()), 'upstream_failed'],
    [
      'is cut off (Content-Length)',
      half({ 'content-length': '50000' }, (response) => response.destroy()),
      'upstream_failed',
    ],
  ])('audio that %s ends with an error, never short', async (_name, step, code) => {
    upstream.on(path, step);
    const speech = await setUp(undefined, { idleMs: 100 }).speak(request);
    await expect(heard(speech)).rejects.toMatchObject({ code });
    await upstream.received[0]?.closed;
  });

  it('a slow listener is not taken for a stalled upstream', async () => {
    upstream.on(path, speak);
    const speech = await setUp(undefined, { idleMs: 20 }).speak(request);
    let bytes = 0;
    for await (const piece of speech.body) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      bytes += piece.byteLength;
    }
    expect(bytes).toBe(audio.byteLength);
  });
});

describe('a caller who leaves', () => {
  it('before the first audio', async () => {
    const controller = new AbortController();
    upstream.on(path, () => controller.abort());
    await expect(setUp().speak({ ...request, signal: controller.signal })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await upstream.received[0]?.closed;
  });

  it('between two pieces', async () => {
    const controller = new AbortController();
    upstream.on(path, half({}));
    const speech = await setUp().speak({ ...request, signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(heard(speech)).rejects.toMatchObject({ code: 'unavailable' });
    await upstream.received[0]?.closed;
  });

  it('without ever listening', async () => {
    const controller = new AbortController();
    upstream.on(path, half({}));
    await setUp().speak({ ...request, signal: controller.signal });
    controller.abort();
    await upstream.received[0]?.closed;
  });

  it('by breaking off', async () => {
    upstream.on(path, half({}));
    const speech = await setUp().speak(request);
    for await (const _piece of speech.body) break;
    await upstream.received[0]?.closed;
  });
});
