import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { interview } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva({
    OPENAI_REALTIME_MODEL: 'gpt-realtime-2.1',
    OPENAI_REALTIME_VOICE: 'shimmer',
    OPENAI_REALTIME_MODALITIES: 'text',
    OPENAI_REALTIME_INSTRUCTIONS: 'You are a helpful assistant.',
    CHATKIT_AGENT_ID: 'wf_123',
  });
  user = await server.signIn();
});
afterAll(() => server?.close());

const secret = z.object({ value: z.string().startsWith('ek_'), expires_at: z.number() });
const reply = secret.extend({ client_secret: secret, session: z.looseObject({}) });
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function post(path: string, body?: unknown, who = user) {
  const json = body !== undefined && {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return who.fetch(path, { method: 'POST', ...json });
}
async function refused(response: Response) {
  return { status: response.status, ...refusal.parse(await response.json()).error };
}
const realtimeSession = '/api/v1/chatkit/realtime-session';

test.each([
  ['no body', undefined],
  ['an empty object', {}],
  ['null', null],
])('a client secret is made with %s, as the operator has set it, and opens a session', async (_what, body) => {
  const response = await post(realtimeSession, body);
  expect(response.status).toBe(200);
  const { client_secret, value, expires_at, session } = reply.parse(await response.json());
  expect(client_secret).toEqual({ value, expires_at });
  expect(expires_at * 1_000).toBeGreaterThan(Date.now());
  expect(session).toMatchObject({
    model: 'gpt-realtime-2.1',
    output_modalities: ['text'],
    audio: { output: { voice: 'shimmer' } },
  });
  expect(server.upstream.callsTo('client_secrets').at(-1)?.body).toMatchObject({
    session: { type: 'realtime', instructions: 'You are a helpful assistant.' },
  });
  const socket = new WebSocket(`${server.upstream.url.replace('http', 'ws')}/realtime?model=gpt-realtime-2.1`, [
    'realtime',
    `openai-insecure-api-key.${value}`,
  ]);
  const { data } = await new Promise<MessageEvent>((resolve) => socket.addEventListener('message', resolve));
  expect(JSON.parse(String(data))).toMatchObject({ type: 'session.created' });
  socket.close();
});

test('of an interview it carries the interview, which is not shown', async () => {
  const session = await interview(user);
  const response = await post(realtimeSession, { session_id: session.id });
  const text = await response.text();
  expect(reply.parse(JSON.parse(text)).session).toMatchObject({ audio: { output: { voice: 'alloy' } } });
  expect(text).not.toContain('practice interview');
  const { body } = server.upstream.callsTo('client_secrets').at(-1) ?? { body: {} };
  expect(body).toMatchObject({
    session: {
      output_modalities: ['audio'],
      instructions: expect.stringContaining('planned_questions'),
      audio: { input: { transcription: { language: 'en' } } },
    },
  });
  expect(await user.viva.realtime.createClientSecret.mutate({ sessionId: session.id })).toMatchObject({
    value: expect.stringMatching(/^ek_/),
    expiresAt: expect.any(Number),
  });
});

test("an interview's secret is its owner's, while it goes on", async () => {
  const session = await interview(user);
  const stranger = await server.signIn();
  expect(await refused(await post(realtimeSession, { session_id: session.id }, stranger))).toMatchObject({
    status: 404,
  });
  await user.viva.sessions.end.mutate({ sessionId: session.id });
  expect(await refused(await post(realtimeSession, { session_id: session.id }))).toMatchObject({ status: 409 });
  expect((await fetch(new URL(realtimeSession, server.url), { method: 'POST' })).status).toBe(401);
});

test("brief 4's three errors keep their wording and say what to do", async () => {
  const workflow = await refused(await post(realtimeSession, { workflow: { id: 'wf_1' } }));
  expect(workflow).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(workflow.message).toMatch(/^Unknown parameter: 'workflow'.*OPENAI_REALTIME_INSTRUCTIONS/);

  server.upstream.failNext('client_secrets', { status: 401 });
  const failed = await refused(await post(realtimeSession));
  expect(failed).toMatchObject({ status: 503, code: 'unavailable' });
  expect(failed.message).toMatch(/^Failed to create realtime session: .*API_KEY/);
  expect(failed.message).not.toContain(server.upstream.apiKey);

  const nothing = { take: (response: ServerResponse) => void json(response, { id: 'sess_1' }) };
  const gate = server.upstream.hold(({ endpoint }) => endpoint === 'client_secrets', 1, nothing);
  gate.open();
  const empty = await refused(await post(realtimeSession));
  expect(empty).toMatchObject({ status: 502, code: 'upstream_failed' });
  expect(empty.message).toMatch(/^No client_secret in response: .*OPENAI_API_KEY/);
});

test('models that are gone give way to the next, be it for talking or for hearing', async () => {
  const session = await interview(user);
  server.upstream.failNext('client_secrets', 'model_not_found');
  expect((await post(realtimeSession, { session_id: session.id })).status).toBe(200);
  expect(server.upstream.callsTo('client_secrets').at(-1)?.model).not.toBe('gpt-realtime-2.1');
  await server.deps.catalogue.refresh();
});

test('a ChatKit session is made for the user who asks', async () => {
  const response = await post('/api/v1/chatkit/session');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    id: expect.stringMatching(/^cksess_/),
    client_secret: expect.stringMatching(/^ek_/),
    expires_at: expect.any(Number),
    status: 'active',
  });
  expect(server.upstream.callsTo('chatkit').at(-1)?.body).toMatchObject({
    user: user.userId,
    workflow: { id: 'wf_123' },
  });
  expect(await user.viva.realtime.createChatKitSession.mutate()).toMatchObject({ status: 'active' });
  expect((await fetch(new URL('/api/v1/chatkit/session', server.url), { method: 'POST' })).status).toBe(401);
});

test('a workflow that is refused, or not set, is told of, with the day when they end', async () => {
  server.upstream.failNext('chatkit', { status: 410 });
  expect(await refused(await post('/api/v1/chatkit/session'))).toMatchObject({
    status: 502,
    code: 'upstream_refused',
    message: expect.stringContaining('2026-11-30'),
  });
  await using without = await startViva();
  const guest = await without.signIn();
  expect(await refused(await post('/api/v1/chatkit/session', undefined, guest))).toMatchObject({
    status: 503,
    code: 'unavailable',
    message: expect.stringMatching(/CHATKIT_AGENT_ID.*2026-11-30/),
  });
});

test('all of it is in the OpenAPI document', async () => {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.unknown()) })
    .parse(await (await user.fetch('/docs/json')).json());
  for (const path of [
    realtimeSession,
    '/api/v1/chatkit/session',
    '/api/realtime/calls',
    '/api/realtime/calls/{id}/hangup',
  ]) {
    expect(Object.keys(paths)).toContain(path);
  }
});

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
