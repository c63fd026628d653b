import { expect, test } from 'vitest';
import { z } from 'zod';
import { capabilities } from '../../src/models/preferences.ts';
import { startViva, type Viva } from '../support/viva.ts';

const one = z.strictObject({
  status: z.enum(['up', 'down', 'unknown']),
  model: z.string(),
  models: z.array(z.string()).min(1),
  offlineDemo: z.boolean(),
  checkedAt: z.iso.datetime().nullable(),
  tookMs: z.number().nonnegative().nullable(),
});
const status = z.strictObject({ status: z.string(), capabilities: z.record(z.enum(capabilities), one) });

const read = async ({ url }: Viva) => {
  const response = await fetch(`${url}/api/audio/status`);
  expect(response.status).toBe(200);
  const text = await response.text();
  return { text, ...status.parse(JSON.parse(text)) };
};

test('the status names the models, when they were checked and how long that took, and leaks nothing', async () => {
  await using server = await startViva({ SPEAK_BASE_URL: 'http://127.0.0.1:9/secret-path/v1' });
  server.upstream.retire('whisper-1');
  await server.deps.catalogue.refresh();
  const { text, ...told } = await read(server);
  expect(told.status).toBe('degraded');
  expect(told.capabilities.transcribe).toMatchObject({ status: 'up', model: 'gpt-4o-transcribe', offlineDemo: false });
  expect(told.capabilities.speak).toMatchObject({ status: 'down', model: 'tts-1-hd' });
  for (const { checkedAt, tookMs } of Object.values(told.capabilities)) {
    expect([typeof checkedAt, typeof tookMs]).toEqual(['string', 'number']);
  }
  for (const secret of [server.upstream.apiKey, '127.0.0.1', 'secret-path', 'http']) expect(text).not.toContain(secret);
});

test('the stand-in is told as what it is', async () => {
  await using server = await startViva({ OPENAI_API_KEY: '', OPENAI_BASE_URL: '' });
  await server.deps.catalogue.refresh();
  const told = await read(server);
  expect(told.status).toBe('up');
  expect(Object.values(told.capabilities).every(({ offlineDemo }) => offlineDemo)).toBe(true);
});

test('the OpenAPI document has both routes', async () => {
  await using server = await startViva();
  const document = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ responses: z.unknown() }))) })
    .parse(await (await fetch(`${server.url}/docs/json`)).json());
  expect(document.paths['/api/audio/status']?.get?.responses).toHaveProperty('200');
  const message = document.paths['/api/audio/message']?.post;
  expect(JSON.stringify(message)).toContain('audio_url');
  expect(JSON.stringify(Object(message).requestBody)).toContain('session_id');
  expect(Object.keys(Object(message).requestBody.content)).toEqual(['application/json', 'multipart/form-data']);
});
