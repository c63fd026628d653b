import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOpenAiClient, createOpenAiClients } from '../../src/models/model-server.ts';
import { accessTo, json, type ScriptedServer, startScriptedServer } from './support/scripted-server.ts';

const leaks = {
  OPENAI_API_KEY: 'sk-env-key',
  OPENAI_ADMIN_KEY: 'sk-env-admin',
  OPENAI_ORG_ID: 'org-env',
  OPENAI_PROJECT_ID: 'proj-env',
  OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
  OPENAI_CUSTOM_HEADERS: 'X-Private: secret-env\nAuthorization: Bearer sk-env-custom',
};

let upstream: ScriptedServer;
beforeEach(async () => {
  upstream = await startScriptedServer();
  Object.assign(process.env, leaks);
});
afterEach(async () => {
  for (const name of Object.keys(leaks)) delete process.env[name];
  await upstream.close();
});

it('sends nothing of the environment to another host', async () => {
  upstream.on('/chat/completions', json({}));
  const client = createOpenAiClient({ models: [], baseUrl: upstream.baseUrl, apiKey: 'fw-key' });
  await client.chat.completions.create({ model: 'm', messages: [] });
  const [request] = upstream.received;
  expect(request?.headers.authorization).toBe('Bearer fw-key');
  expect(JSON.stringify(request?.headers)).not.toMatch(/env/);
  expect(request?.headers['content-type']).toBe('application/json');
});

it('shares a client between capabilities of one server', () => {
  const { servers } = accessTo(upstream.baseUrl);
  const clients = createOpenAiClients({ ...servers, evaluate: { ...servers.evaluate, apiKey: 'other' } });
  expect(clients.chat).toBe(clients.speak);
  expect(clients.chat).not.toBe(clients.evaluate);
});
