import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { greeting, startRealtimeServer } from '../models/support/realtime-server.ts';
import { accessTo } from '../models/support/scripted-server.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { ask, connect, type PassThroughClient, talk } from './support/pass-through-client.ts';
import { openPassThrough } from './support/pass-through-door.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const patient = { timeout: 15_000, interval: 10 };

/** The server is none the worse for it: the same user can talk. */
async function talksStill(): Promise<void> {
  const client = await talk(server.url, user.token);
  client.socket.close();
  await client.closed;
}

async function ending(client: PassThroughClient) {
  const { code: close } = await client.closed;
  const { code, message } = await client.error();
  return { close, code, message };
}

describe('a client', () => {
  test.each([null, 'nonsense', 'eyJhbGciOiJub25lIn0.e30.'])('with the token %s is turned away', async (token) => {
    expect(await ending(await connect(server.url, token))).toMatchObject({ close: 4401, code: 'unauthenticated' });
    const offered = { protocols: ['realtime', `openai-insecure-api-key.${token}`] };
    expect(await ending(await connect(server.url, null, offered))).toMatchObject({ close: 4401 });
  });

  test.each([
    ['no JSON', '{"type":"session.update"', 'invalid_input', null],
    ['no object', '[]', 'invalid_input', null],
    ['null', 'null', 'invalid_input', null],
    ['no type', '{}', 'invalid_input', 'type'],
    ['no client event', '{"type":"session.created"}', 'invalid_input', 'type'],
    ["a beta's event", '{"type":"response.audio.delta"}', 'invalid_input', 'type'],
    ['a prototype', '{"__proto__":{"type":"response.create"}}', 'invalid_input', 'type'],
    [
      'deep nesting',
      `{"type":"response.create","response":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      'invalid_input',
      null,
    ],
  ])('that sends %s is told so, and goes on', async (_what, message, code, param) => {
    const client = await talk(server.url, user.token);
    const upstream = await server.upstream.realtime.latest();
    client.send(message);
    expect(await client.error()).toMatchObject({ type: 'invalid_request_error', code, param });
    client.events.length = 0;
    ask(client, 'Hello?');
    await client.first('response.done');
    expect(upstream.received.map(({ type }) => type)).toEqual([
      'session.update',
      'conversation.item.create',
      'response.create',
    ]);
    client.socket.close();
  });

  test('that sends binary is sent away', async () => {
    const client = await talk(server.url, user.token);
    client.socket.send(Buffer.alloc(960));
    expect(await ending(client)).toMatchObject({ close: 1003, code: 'invalid_input' });
    await talksStill();
  });

  test('that sends text which is not UTF-8 is sent away', async () => {
    const client = await talk(server.url, user.token);
    client.socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false });
    expect((await client.closed).code).toBe(1007);
    await talksStill();
  });

  test('may send 15 MiB of sound at once, and not more', async () => {
    const client = await talk(server.url, user.token);
    const upstream = await server.upstream.realtime.latest();
    const audio = 'A'.repeat(15 * 2 ** 20);
    client.send({ type: 'input_audio_buffer.append', audio });
    const arrived = () => upstream.received.find(({ type }) => type === 'input_audio_buffer.append');
    await vi.waitFor(() => expect(arrived()).toBeDefined(), patient);
    expect(arrived()?.audio === audio).toBe(true);
    client.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(100_000_000) });
    expect((await client.closed).code).toBe(1009);
    await vi.waitFor(() => expect(upstream.signal.aborted).toBe(true), patient);
    await talksStill();
  });

  test('that floods is sent away, and nobody else', async () => {
    const other = await talk(server.url, (await server.signIn()).token);
    const client = await talk(server.url, user.token);
    for (let sent = 0; sent < 4_000; sent++) client.send({ type: 'input_audio_buffer.commit' });
    expect((await client.closed).code).toBe(1008);
    expect(client.events.at(-1)).toMatchObject({ error: { code: 'rate_limited' } });
    ask(other, 'Hello?');
    await other.first('response.done');
    other.socket.close();
  });

  test('that reads nothing is given up, and what waits for it is bounded', async () => {
    await using door = await openPassThrough(server, { clientStalledMs: 300 });
    const client = await talk(door.url, user.token);
    const upstream = await server.upstream.realtime.latest();
    client.socket.pause();
    const delta = 'A'.repeat(2 ** 20);
    for (let sent = 0; sent < 60; sent++) {
      const at = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
      upstream.send({ type: 'response.output_audio.delta', ...at, delta });
    }
    let most = 0;
    await vi.waitFor(() => {
      for (const socket of door.sockets()) most = Math.max(most, socket.bufferedAmount);
      expect(upstream.signal.aborted).toBe(true);
    }, patient);
    expect(most).toBeLessThan(8 * 2 ** 20);
    client.socket.resume();
    expect(await ending(client)).toMatchObject({ close: 1013, code: 'unavailable' });
  });

  test('that answers no ping is gone', async () => {
    await using door = await openPassThrough(server, { pingEveryMs: 50 });
    const client = await talk(door.url, user.token, { autoPong: false });
    expect((await client.closed).code).toBe(1006);
    const alive = await talk(door.url, user.token);
    let pings = 0;
    alive.socket.on('ping', () => {
      pings += 1;
    });
    await vi.waitFor(() => expect(pings).toBeGreaterThan(4), patient);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
    alive.socket.close();
  });

  test('may speak before the session is there: nothing is lost, nothing overtakes', async () => {
    const gate = server.upstream.hold(({ endpoint }) => endpoint === 'realtime');
    const client = await connect(server.url, user.token);
    for (let sent = 0; sent < 700; sent++) {
      client.send({ type: 'input_audio_buffer.append', event_id: `e${sent}`, audio: 'AAAA'.repeat(800) });
    }
    await gate.full;
    gate.open();
    await client.first('session.created');
    const upstream = await server.upstream.realtime.latest();
    await vi.waitFor(() => expect(upstream.received).toHaveLength(701), patient);
    expect(upstream.received.slice(1).map(({ event_id }) => event_id)).toEqual(
      Array.from({ length: 700 }, (_, index) => `e${index}`),
    );
    client.socket.close();
  });

  test('that leaves takes its session upstream with it, at any time', async () => {
    const gate = server.upstream.hold(({ endpoint }) => endpoint === 'realtime');
    const early = await connect(server.url, user.token);
    await gate.full;
    early.socket.terminate();
    await vi.waitFor(() => expect(server.app.websocketServer.clients.size).toBe(0), patient);
    const before = server.upstream.realtime.connections.length;
    gate.open();
    const client = await talk(server.url, user.token);
    expect(server.upstream.realtime.connections).toHaveLength(before + 1);
    const upstream = await server.upstream.realtime.latest();
    client.socket.terminate();
    await vi.waitFor(() => expect(upstream.signal.aborted).toBe(true), patient);
  });

  test('may have five conversations at once', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => talk(server.url, user.token)));
    expect(await ending(await connect(server.url, user.token))).toMatchObject({ close: 1008, code: 'rate_limited' });
    for (const client of clients) client.socket.close();
    await Promise.all(clients.map(({ closed }) => closed));
    await vi.waitFor(talksStill, patient);
  });

  test('that signs out is sent away', async () => {
    const leaving = await server.signIn();
    const client = await talk(server.url, leaving.token);
    await leaving.viva.auth.logout.mutate();
    expect(await ending(client)).toMatchObject({ close: 4401, code: 'unauthenticated' });
  });
});

describe('an upstream', () => {
  test.each([
    [{ status: 401 } as const, 1, 'unavailable'],
    [{ status: 403 } as const, 1, 'unavailable'],
    [{ status: 400 } as const, 1, 'upstream_failed'],
    ['model_not_found' as const, 4, 'unavailable'],
  ])('that refuses with %j is told of without its words', async (fault, times, code) => {
    server.upstream.realtime.failNextHandshake(fault, times);
    const told = await ending(await connect(server.url, user.token));
    expect(told).toMatchObject({ close: 1013, code });
    expect(told.message).not.toContain(server.upstream.apiKey);
    await server.deps.catalogue.refresh();
  });

  test.each([[{ status: 503 } as const], ['connection-reset' as const]])(
    'that fails once with %j is asked again',
    async (fault) => {
      server.upstream.realtime.failNextHandshake(fault);
      await talksStill();
    },
  );

  test.each(['session.created', 'session.update', 'session.updated'])(
    'that closes on %s is asked again, or told of',
    async (type) => {
      server.upstream.realtime.closeNextOn(type, 1011);
      const client = await connect(server.url, user.token);
      await Promise.race([client.first('session.created'), client.error()]);
      client.socket.close();
      await client.closed;
      await talksStill();
    },
  );

  test.each(['conversation.item.create', 'response.created', 'response.output_audio.delta', 'response.done'])(
    'that goes away on %s, with or without a goodbye, is told of',
    async (type) => {
      for (const code of [1011, undefined]) {
        const client = await talk(server.url, user.token);
        server.upstream.realtime.closeNextOn(type, code);
        ask(client, 'Tell me about bread.');
        expect(await ending(client)).toMatchObject({ close: 1013, code: 'upstream_failed' });
        expect(client.events.at(-1)?.type).toBe('error');
      }
      await talksStill();
    },
  );

  test('that takes nothing holds the client back, and is told of', async () => {
    await using vendor = await startRealtimeServer({
      answer({ type }, { send }) {
        if (type === 'session.update') send({ ...greeting, type: 'session.updated' });
      },
    });
    const { clients, catalogue, log } = accessTo(vendor.baseUrl);
    const upstream = { client: clients.realtime, catalogue, log };
    await using door = await openPassThrough(server, { upstreamStalledMs: 300 }, upstream);
    const client = await talk(door.url, user.token);
    vendor.sessions.at(-1)?.socket.pause();
    const audio = 'A'.repeat(2 ** 20);
    for (let sent = 0; sent < 60; sent++) client.send({ type: 'input_audio_buffer.append', audio });
    let least = Number.POSITIVE_INFINITY;
    client.socket.on('message', () => {
      least = Math.min(least, client.socket.bufferedAmount);
    });
    expect(await client.error()).toMatchObject({ type: 'server_error', code: 'upstream_timeout' });
    // The client's own network has kept the most of it: the server has not read it.
    expect(least).toBeGreaterThan(30 * 2 ** 20);
    client.socket.terminate();
  });

  test('that ends a session after 60 minutes says so itself', async () => {
    const client = await talk(server.url, user.token);
    const upstream = await server.upstream.realtime.latest();
    const message = 'Your session hit the maximum duration of 60 minutes.';
    const error = { type: 'invalid_request_error', code: 'session_expired', message, param: null, event_id: null };
    upstream.send({ type: 'error', error });
    upstream.close(1001, 'session expired');
    expect((await client.closed).code).toBe(1000);
    expect(client.events.filter(({ type }) => type === 'error')).toMatchObject([{ error }]);
  });

  test('that sends what is no event is told of', async () => {
    const client = await talk(server.url, user.token);
    const upstream = await server.upstream.realtime.latest();
    upstream.send(Object.create({ toJSON: () => ['not', 'an', 'event'] }));
    expect(await ending(client)).toMatchObject({ close: 1013, code: 'upstream_failed' });
  });
});

test('a server that stops tells everybody, and keeps what was said', async () => {
  const client = await talk(server.url, user.token);
  await server.restart();
  expect(await ending(client)).toMatchObject({ close: 1012, code: 'unavailable' });
  await talksStill();
});
