import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { interview, turn } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { bearer, connect } from '../trpc/raw-socket.ts';
import { parsePrometheus, sumOf } from './support/prometheus-text.ts';

const token = 'a-token-of-the-scraper';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

async function scrape() {
  const response = await fetch(`${server.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parsePrometheus(await response.text());
}

/** By node:http, which sends whatever `Host` it is told to. */
async function status(url: string, headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request(`${url}/metrics`, { headers }, (response) => {
    text(response).then(() => resolve(response.statusCode ?? 0), reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

test('requests are counted by the template of their route and by status, never by their address', async () => {
  const before = await scrape();
  const session = await interview(user);
  const missing = `/nothing-here-${session.id}?secret=1`;
  expect((await fetch(`${server.url}${missing}`)).status).toBe(404);
  await user.fetch('/api/audio/status');
  await vi.waitFor(async () => {
    const after = await scrape();
    const grown = (labels: Record<string, string>) =>
      sumOf(after, 'http_server_request_duration_seconds_count', labels) -
      sumOf(before, 'http_server_request_duration_seconds_count', labels);
    expect(grown({ route: '/api/audio/status', status: '200', method: 'GET' })).toBe(1);
    expect(grown({ route: '(none)', status: '404' })).toBe(1);
    expect(sumOf(after, 'rpc_server_call_duration_seconds_count', { rpc_method: 'sessions.create' })).toBe(1);
    const everything = [...after.values()].flatMap(({ samples }) =>
      samples.flatMap(({ labels }) => Object.values(labels)),
    );
    expect(everything.join('\n')).not.toMatch(new RegExp(`${session.id}|${user.userId}|secret|nothing-here`));
  });
});

test('a turn, its stages, its calls and what it stored are measured', async () => {
  const session = await interview(user);
  const before = await scrape();
  await turn(user, session.id, () => user.viva.chat.say.mutate({ sessionId: session.id, text: 'I bake.' }));
  await vi.waitFor(async () => {
    const after = await scrape();
    const grown = (name: string, labels: Record<string, string> = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown('viva_turn_duration_seconds_count', { by: 'text', outcome: 'ended' })).toBe(1);
    expect(grown('viva_turn_first_audio_seconds_count')).toBe(1);
    for (const stage of ['first_token', 'reply', 'first_audio', 'speech']) {
      expect(grown('viva_turn_stage_duration_seconds_count', { stage })).toBe(1);
    }
    expect(grown('gen_ai_client_operation_duration_seconds_count', { capability: 'chat', outcome: 'ok' })).toBe(1);
    expect(grown('viva_upstream_tokens_total', { capability: 'chat', type: 'output' })).toBeGreaterThan(0);
    expect(grown('viva_stored_bytes_total')).toBeGreaterThan(5_000);
    expect(sumOf(after, 'viva_turns_active')).toBe(0);
  });
});

test('what is open is counted for as long as it is open', async () => {
  const session = await interview(user);
  const socket = await connect(server.url, bearer(user.token));
  socket.send({ id: 1, method: 'subscription', params: { path: 'chat.onEvent', input: { sessionId: session.id } } });
  await vi.waitFor(async () => {
    const during = await scrape();
    expect(sumOf(during, 'viva_sockets_open')).toBe(1);
    expect(sumOf(during, 'viva_subscriptions_active', { transport: 'websocket' })).toBe(1);
  });
  socket.socket.close();
  await vi.waitFor(async () => {
    const after = await scrape();
    expect(sumOf(after, 'viva_sockets_open')).toBe(0);
    expect(sumOf(after, 'viva_subscriptions_active', { transport: 'websocket' })).toBe(0);
  });
});

test('the process, the database and the jobs are told of', async () => {
  await vi.waitFor(async () => {
    const families = await scrape();
    for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'db_client_connection_max']) {
      expect(sumOf(families, name)).toBeGreaterThan(0);
    }
    expect(families.get('nodejs_eventloop_delay_p99_seconds')?.samples).toHaveLength(1);
    expect(families.get('viva_queue_depth')?.samples.map(({ labels }) => labels.queue)).toContain('transcribe');
    expect(sumOf(families, 'viva_job_duration_seconds_count', { outcome: 'done' })).toBeGreaterThan(0);
    expect(sumOf(families, 'viva_capability_ready', { capability: 'chat' })).toBe(1);
  });
});

describe('metrics are for', () => {
  test('programs on this machine, when there is no token', async () => {
    const { url } = server;
    const { host } = new URL(url);
    expect(await status(url, { host })).toBe(200);
    expect(await status(url, { host: 'localhost' })).toBe(200);
  });

  test.each<Record<string, string>>([
    { host: 'viva.example.org' },
    { host: '127.0.0.1.attacker.example' },
    { 'x-forwarded-for': '127.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
  ])('nobody that a proxy or a browser lets in: %o', async (headers) => {
    expect(await status(server.url, headers)).toBe(404);
  });

  test('whoever bears the token, and nobody else, where there is one', async () => {
    await using guarded = await startViva({ METRICS_TOKEN: token, RATE_LIMIT_PER_MINUTE: '12' });
    const { url } = guarded;
    expect(await status(url, {})).toBe(401);
    expect(await status(url, { authorization: `Bearer ${token}x` })).toBe(401);
    expect(await status(url, { authorization: `Basic ${token}` })).toBe(401);
    expect(await status(url, { authorization: `Bearer ${token}`, host: 'viva.example.org' })).toBe(200);
    // Who asks too often is refused, and counted.
    const answers = await Promise.all(Array.from({ length: 15 }, () => fetch(`${url}/api/audio/status`)));
    const refused = answers.filter((answer) => answer.status === 429).length;
    expect(refused).toBeGreaterThan(0);
    await vi.waitFor(async () => {
      const families = parsePrometheus(`${await guarded.deps.telemetry.scrape()}`);
      expect(sumOf(families, 'viva_rate_limited_total')).toBe(refused);
    });
  });
});
