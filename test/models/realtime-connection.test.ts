import { expect, it } from 'vitest';
import { callUpstream } from '../../src/models/call.ts';
import {
  openRealtime,
  type RealtimeConnection,
  type RealtimeMessage,
  type RealtimeQuery,
} from '../../src/models/realtime-connection.ts';
import { upstreamError } from '../../src/models/upstream-errors.ts';
import {
  greeting,
  type RealtimeServer,
  refusedModel,
  type Script,
  startRealtimeServer,
} from './support/realtime-server.ts';
import { accessTo } from './support/scripted-server.ts';

const apiKey = 'sk-test-key';
const patient = 10_000;

function open(
  { baseUrl: baseURL }: RealtimeServer,
  query: RealtimeQuery = { model: 'gpt-realtime' },
  deadlineMs = patient,
) {
  return openRealtime({ client: { baseURL, apiKey }, query, deadlineMs });
}

/** Through the fallback, as every adapter goes. */
function openAny({ baseUrl }: RealtimeServer, options: { deadlineMs?: number; signal?: AbortSignal } = {}) {
  const { clients, catalogue, log } = accessTo(baseUrl);
  const { deadlineMs = patient, signal } = options;
  const call = { client: clients.realtime, catalogue, log, capability: 'realtime' as const, deadlineMs, signal };
  return callUpstream(call, async (model, bounded) => {
    const connection = await openRealtime({ client: clients.realtime, query: { model }, signal: bounded, deadlineMs });
    return { model, connection };
  });
}

/** The next `count` messages. */
function take(connection: RealtimeConnection, count: number): Promise<RealtimeMessage[]> {
  return new Promise((resolve) => {
    const messages: RealtimeMessage[] = [];
    connection.receive((message) => {
      messages.push(message);
      if (messages.length === count) resolve(messages);
    });
  });
}

it('asks with the key and the model, and says nothing of the beta', async () => {
  await using upstream = await startRealtimeServer();
  const connection = await open(upstream, { model: 'a b&c' });
  const [session] = upstream.sessions;
  expect(session?.model).toBe('a b&c');
  expect(session?.headers.authorization).toBe(`Bearer ${apiKey}`);
  expect(session?.headers).not.toHaveProperty('openai-beta');
  expect(session?.headers).not.toHaveProperty('sec-websocket-extensions');
  connection.close();
  expect(await connection.closed).toMatchObject({ code: 1000, error: null });
});

it('loses nothing, from the first byte on, and in order', async () => {
  const count = 300;
  await using upstream = await startRealtimeServer({
    greet({ send }) {
      send(greeting);
      for (let index = 0; index < count; index++) send({ type: 'rate_limits.updated', index });
    },
  });
  const connection = await open(upstream);
  // Whatever came in the meantime is there, though nobody listened.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const messages = await take(connection, count + 1);
  expect(messages[0]?.event).toMatchObject({ type: 'session.created' });
  expect(messages.slice(1).map(({ text }) => JSON.parse(text).index)).toEqual([...Array(count).keys()]);
  expect(messages[1]?.event).toEqual({ type: 'other', name: 'rate_limits.updated' });
  connection.close();
});

it('hands on what is sent, events and their JSON alike', async () => {
  const arrived = Promise.withResolvers<void>();
  await using upstream = await startRealtimeServer({ answer: ({ type }) => type === 'last' && arrived.resolve() });
  const connection = await open(upstream);
  connection.send({ type: 'response.cancel' });
  connection.send('{"type":"last", "kept": "as it is"}');
  await arrived.promise;
  expect(upstream.sessions[0]?.events).toEqual([{ type: 'response.cancel' }, { type: 'last', kept: 'as it is' }]);
  connection.close();
  await connection.closed;
  connection.send({ type: 'too late' });
});

it('a sideband is open as soon as it is accepted', async () => {
  await using upstream = await startRealtimeServer({ greet: () => undefined });
  const connection = await open(upstream, { call_id: 'rtc_1' });
  expect(upstream.sessions[0]?.query.get('call_id')).toBe('rtc_1');
  connection.close();
});

const gone: [string, Script][] = [
  [
    'on the handshake',
    {
      refuse: (url) => {
        const isGone = url.searchParams.get('model') === 'gpt-realtime';
        return isGone ? { status: 404, body: refusedModel } : undefined;
      },
    },
  ],
  [
    'as the first event',
    {
      greet({ model, send }) {
        send(model === 'gpt-realtime' ? { type: 'error', ...JSON.parse(refusedModel) } : greeting);
      },
    },
  ],
  [
    'in the close frame',
    {
      greet({ model, send, socket }) {
        if (model === 'gpt-realtime') socket.close(4000, 'invalid_request_error.model_not_found');
        else send(greeting);
      },
    },
  ],
];

it.each(gone)('a model refused %s gives way to the next', async (_where, script) => {
  await using upstream = await startRealtimeServer(script);
  const { model, connection } = await openAny(upstream);
  expect(model).toBe('gpt-realtime-mini');
  connection.close();
});

it('a refused key is told without what the upstream wrote', async () => {
  await using upstream = await startRealtimeServer({
    refuse: () => ({
      status: 401,
      body: `{"error":{"message":"Incorrect API key: ${apiKey}","code":"invalid_api_key"}}`,
    }),
  });
  const error = await openAny(upstream).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('REALTIME_API_KEY') });
  expect(JSON.stringify([error, (error as Error).cause, String((error as Error).cause)])).not.toContain(apiKey);
});

it('what may pass is tried again', async () => {
  let refusals = 0;
  await using upstream = await startRealtimeServer({
    refuse: () => (refusals++ < 2 ? { status: 503, body: 'busy', headers: 'retry-after-ms: 1\r\n' } : undefined),
  });
  const { connection } = await openAny(upstream);
  expect(refusals).toBe(3);
  connection.close();
});

it.each<[string, Script, string]>([
  ['silence', { greet: () => undefined }, 'upstream_timeout'],
  ['other events only', { greet: ({ send }) => send({ type: 'rate_limits.updated' }) }, 'upstream_timeout'],
  ['no JSON', { greet: ({ socket }) => socket.send('hello') }, 'upstream_failed'],
  ['an end', { greet: ({ socket }) => socket.terminate() }, 'upstream_failed'],
  ['another status', { refuse: () => ({ status: 400, body: '<html>' }) }, 'upstream_failed'],
])('%s in place of session.created is no session', async (_what, script, code) => {
  await using upstream = await startRealtimeServer(script);
  await expect(openAny(upstream, { deadlineMs: 400 })).rejects.toMatchObject({ code });
  await Promise.all(upstream.sessions.map(({ closed }) => closed));
});

it('nobody at home', async () => {
  const upstream = await startRealtimeServer();
  await upstream[Symbol.asyncDispose]();
  const error = await open(upstream).catch((thrown: unknown) => thrown);
  expect(upstreamError(error, { capability: 'realtime', host: 'host' })).toMatchObject({ code: 'unavailable' });
});

it('a caller who leaves ends the opening', async () => {
  const leaving = new AbortController();
  await using upstream = await startRealtimeServer({ greet: () => leaving.abort() });
  await expect(openAny(upstream, { signal: leaving.signal })).rejects.toMatchObject({ code: 'unavailable' });
  await upstream.sessions[0]?.closed;
});

it.each<[string, (socket: import('ws').WebSocket) => void, RegExp]>([
  ['no JSON', (socket) => socket.send('{"type":'), /no JSON/],
  ['an event that lacks its content', (socket) => socket.send('{"type":"response.output_audio.delta"}'), /delta/],
  ['binary', (socket) => socket.send(Buffer.from('{"type":"x"}')), /binary/],
  [
    'a frame beyond all bounds',
    (socket) => socket.send(Buffer.alloc(17 * 1024 * 1024, 0x20), { binary: false }),
    /payload/i,
  ],
])('%s ends the connection, and the process lives', async (_what, send, problem) => {
  await using upstream = await startRealtimeServer();
  const connection = await open(upstream);
  connection.receive(({ event }) => event);
  const [session] = upstream.sessions;
  if (!session) throw new Error('no session');
  send(session.socket);
  expect((await connection.closed).error?.message).toMatch(problem);
  await session.closed;
});

it('an upstream that goes says how', async () => {
  await using upstream = await startRealtimeServer();
  const connection = await open(upstream);
  connection.receive(() => undefined);
  upstream.sessions[0]?.socket.close(1001, 'session expired');
  expect(await connection.closed).toEqual({ code: 1001, reason: 'session expired', error: null });
});

it('a listener that pauses gets the rest later', async () => {
  await using upstream = await startRealtimeServer();
  const connection = await open(upstream);
  const all: string[] = [];
  const complete = Promise.withResolvers<void>();
  connection.receive(({ text }) => {
    all.push(text);
    if (all.length === 5) connection.pause();
    if (all.length === 101) complete.resolve();
  });
  const padding = 'x'.repeat(20_000);
  for (let index = 0; index < 100; index++) upstream.sessions[0]?.send({ type: 'other', index, padding });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(all.length).toBeLessThan(101);
  connection.resume();
  await complete.promise;
  connection.close();
});
