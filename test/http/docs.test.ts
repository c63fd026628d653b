import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startViva, type Viva } from '../support/viva.ts';

let server: Viva;
beforeAll(async () => {
  server = await startViva();
});
afterAll(() => server?.close());

const operation = z.object({
  summary: z.string().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
  responses: z.record(z.string(), z.unknown()),
});
const openApi = z.object({
  openapi: z.string().startsWith('3.1'),
  info: z.object({ title: z.literal('Viva') }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ securitySchemes: z.object({ bearer: z.object({ scheme: z.literal('bearer') }) }) }),
});

const routes = {
  'POST /api/audio-interview/questions': 'bearer',
  'GET /api/audio-interview/question/{question_id}/audio': 'bearer',
  'POST /api/audio-interview/submit-answer': 'bearer',
  'POST /api/audio-interview/submit-all-answers': 'bearer',
  'GET /api/audio-interview/history': 'bearer',
  'POST /api/auth/guest': 'open',
  'POST /api/auth/register': 'open',
  'POST /api/auth/login': 'open',
  'POST /api/auth/refresh': 'open',
  'POST /api/auth/logout': 'bearer',
  'GET /api/auth/me': 'bearer',
  'POST /api/auth/consent': 'bearer',
  'DELETE /api/auth/consent': 'bearer',
  'GET /api/auth/consents': 'bearer',
  'DELETE /api/auth/account': 'bearer',
  'GET /account/export': 'bearer',
};

test('the OpenAPI document names every REST route once, and says which need a token', async () => {
  const document = openApi.parse(await (await fetch(`${server.url}/docs/json`)).json());
  const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'head')
      .map(([method, { security }]) => [`${method.toUpperCase()} ${path}`, security ? 'bearer' : 'open']),
  );
  expect(Object.fromEntries(listed)).toMatchObject(routes);
  expect(listed.filter(([name]) => name?.includes('/audio-interview/'))).toHaveLength(5);
  expect(listed.filter(([name]) => name?.includes('/trpc'))).toEqual([]);

  const submit = document.paths['/api/audio-interview/submit-answer']?.post;
  expect(submit?.requestBody?.content['multipart/form-data']?.schema).toMatchObject({
    required: ['question_id', 'audio_file'],
    properties: { question_id: { format: 'uuid' }, audio_file: { format: 'binary' } },
  });
});

test('its schemas carry the fields of the brief', async () => {
  const text = await (await fetch(`${server.url}/docs/json`)).text();
  for (const field of [
    'job_description',
    'question_count',
    'audio_file_path',
    'transcription_confidence',
    'overall_score',
  ]) {
    expect(text).toContain(`"${field}"`);
  }
});

test('the page itself is there', async () => {
  const page = await fetch(`${server.url}/docs/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
});

test('health tells which model serves what, and no secret', async () => {
  expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'live' });
  const ready = await (await fetch(`${server.url}/health/ready`)).text();
  expect(JSON.parse(ready)).toMatchObject({
    status: 'ready',
    database: 'up',
    offlineDemo: [],
    models: {
      chat: { model: 'gpt-4o', reachable: true },
      evaluate: { model: 'gpt-4o' },
      transcribe: { model: 'whisper-1' },
      speak: { model: 'tts-1-hd' },
    },
  });
  expect(ready).not.toContain(server.upstream.apiKey);
});

test('GET / is the health line that one of the briefs promises', async () => {
  const home = await fetch(server.url, { headers: { accept: '*/*' } });
  expect(await home.text()).toBe('Voice Agent API is running.');
});
