import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/errors.ts';
import { createOpenAiTranscriber, type OpenAiTranscriberOptions } from '../../src/speech/openai-transcriber.ts';
import {
  accessTo,
  beforeBody,
  failure,
  json,
  modelNotFound,
  type Received,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from '../models/support/scripted-server.ts';

const path = '/audio/transcriptions';
const bytes = 3_000_000;
let folder: string;
let upstream: ScriptedServer;
let opened: Readable[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-transcriber-'));
  await writeFile(join(folder, 'answer.webm'), Buffer.alloc(bytes, 7));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  upstream = await startScriptedServer();
  opened = [];
});
afterEach(() => upstream.close());

function recording(more: { prompt?: string; signal?: AbortSignal; open?: () => Promise<Readable> } = {}) {
  const open = async () => {
    const stream = createReadStream(join(folder, 'answer.webm'));
    opened.push(stream);
    return stream;
  };
  return { open, fileName: 'answer.webm', mimeType: 'audio/webm', bytes, durationMs: 4000, language: 'de', ...more };
}

function setUp(models?: string[], deadlines?: OpenAiTranscriberOptions['deadlines']) {
  const { clients, catalogue, log } = accessTo(upstream.baseUrl, models && { transcribe: models });
  const client = clients.transcribe;
  return createOpenAiTranscriber({ client, catalogue, log, ...(deadlines && { deadlines }) });
}

/** The multipart fields, the file as its length. */
async function form(received: Received | undefined) {
  const headers = { 'content-type': received?.headers['content-type'] ?? '' };
  const fields = await new Response(Uint8Array.from(received?.body ?? []), { headers }).formData();
  return [...fields].map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [value.name, value.type, value.size],
  ]);
}

const verbose = {
  task: 'transcribe',
  text: ' Guten Tag. ',
  language: 'german',
  duration: 4,
  words: [
    { word: 'Guten', start: 0.12, end: 0.5004 },
    { word: 'Tag', start: 0.6, end: 1 },
  ],
  segments: [
    { start: 0, end: 3, avg_logprob: Math.log(0.9) },
    { start: 3, end: 4, avg_logprob: Math.log(0.5) },
  ],
};

describe('what goes out and comes back', () => {
  it('whisper-1: word times and confidence', async () => {
    upstream.on(path, json(verbose));
    const transcript = await setUp().transcribe(recording({ prompt: 'Kubernetes' }));
    expect(transcript).toEqual({
      text: 'Guten Tag.',
      confidence: expect.closeTo(0.8),
      words: [
        { word: 'Guten', startMs: 120, endMs: 500 },
        { word: 'Tag', startMs: 600, endMs: 1000 },
      ],
      model: 'whisper-1',
    });
    expect(await form(upstream.received[0])).toEqual(
      expect.arrayContaining([
        ['file', ['answer.webm', 'audio/webm', bytes]],
        ['model', 'whisper-1'],
        ['language', 'de'],
        ['prompt', 'Kubernetes'],
        ['response_format', 'verbose_json'],
        ['timestamp_granularities[]', 'word'],
        ['timestamp_granularities[]', 'segment'],
      ]),
    );
    // Streamed: a body held in memory would have announced its length.
    expect(upstream.received[0]?.headers['content-length']).toBeUndefined();
    expect(opened.every((stream) => stream.destroyed)).toBe(true);
  });

  it('gpt-4o-transcribe: token log-probabilities instead', async () => {
    const logprobs = [{ token: 'a', logprob: Math.log(0.8) }, { token: 'b', logprob: Math.log(0.6) }, { token: 'c' }];
    upstream.on(path, json({ text: 'ab', logprobs }));
    const transcript = await setUp(['gpt-4o-transcribe']).transcribe(recording());
    expect(transcript).toEqual({ text: 'ab', confidence: expect.closeTo(0.7), words: [], model: 'gpt-4o-transcribe' });
    const fields = await form(upstream.received[0]);
    expect(fields.filter(([name]) => name !== 'file')).toEqual(
      expect.arrayContaining([
        ['response_format', 'json'],
        ['include[]', 'logprobs'],
        ['language', 'de'],
      ]),
    );
    expect(fields.map(([name]) => name)).not.toContain('timestamp_granularities[]');
  });

  it('gpt-transcribe: text alone, and language only once', async () => {
    upstream.on(path, json({ text: '' }));
    const transcript = await setUp(['gpt-transcribe']).transcribe(recording());
    expect(transcript).toEqual({ text: '', confidence: null, words: [], model: 'gpt-transcribe' });
    const names = (await form(upstream.received[0])).map(([name]) => name);
    expect(names.toSorted()).toEqual(['file', 'language', 'model', 'response_format']);
  });
});

describe('upstream trouble', () => {
  it('opens the recording afresh for each attempt, even when refused before it was read', async () => {
    upstream.on(
      path,
      beforeBody(failure(503, {}, { 'retry-after-ms': '1', connection: 'close' })),
      failure(429, {}, { 'retry-after-ms': '1' }),
      json(verbose),
    );
    expect((await setUp().transcribe(recording())).text).toBe('Guten Tag.');
    expect(opened).toHaveLength(3);
    expect(await form(upstream.received[2])).toContainEqual(['file', ['answer.webm', 'audio/webm', bytes]]);
    expect(opened.every((stream) => stream.destroyed)).toBe(true);
  });

  it('gives up after three attempts', async () => {
    upstream.on(path, failure(500, {}, { 'retry-after-ms': '1' }));
    await expect(setUp().transcribe(recording())).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(opened).toHaveLength(3);
  });

  it('moves on from a model that is gone', async () => {
    upstream.on(path, modelNotFound, json({ text: 'hallo' }));
    expect(await setUp().transcribe(recording())).toMatchObject({ text: 'hallo', model: 'gpt-4o-transcribe' });
  });

  it.each([
    ['no JSON', (response: import('node:http').ServerResponse) => response.end('<html>')],
    ['another shape', json({ hello: 'there' })],
  ])('%s is a failure, not a transcript', async (_name, step) => {
    upstream.on(path, step);
    const failed = { code: 'upstream_failed', message: expect.stringContaining('malformed') };
    await expect(setUp().transcribe(recording())).rejects.toMatchObject(failed);
  });

  it.each([
    ['without reading', beforeBody(silence)],
    ['after reading', silence],
    [
      'within the answer',
      (response: import('node:http').ServerResponse) =>
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"text"'),
    ],
  ])('a stall %s ends at the deadline and lets go of file and connection', async (_name, step) => {
    upstream.on(path, step);
    const transcriber = setUp(undefined, { baseMs: 200, perRecordedMs: 0.01 });
    await expect(transcriber.transcribe(recording())).rejects.toMatchObject({ code: 'upstream_timeout' });
    upstream.received[0]?.resume();
    await upstream.received[0]?.closed;
    expect(opened.every((stream) => stream.destroyed)).toBe(true);
  });

  it('hangs up as soon as the caller leaves', async () => {
    const controller = new AbortController();
    upstream.on(
      path,
      beforeBody(() => controller.abort()),
    );
    await expect(setUp().transcribe(recording({ signal: controller.signal }))).rejects.toMatchObject({
      code: 'unavailable',
    });
    upstream.received[0]?.resume();
    await upstream.received[0]?.closed;
    expect(opened.map((stream) => stream.destroyed)).toEqual([true]);
  });
});

describe('a recording that cannot be read', () => {
  it('keeps the storage error', async () => {
    const gone = new DomainError('gone', 'The recording is gone.');
    await expect(setUp().transcribe(recording({ open: () => Promise.reject(gone) }))).rejects.toBe(gone);
  });

  it('is not blamed on the upstream when it breaks half-way', async () => {
    upstream.on(path, json(verbose));
    const open = async () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(1000);
          throw new Error('EIO');
        })(),
      );
    const broken = { code: 'internal', cause: { message: 'EIO' } };
    await expect(setUp().transcribe(recording({ open }))).rejects.toMatchObject(broken);
  });
});
