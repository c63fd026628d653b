import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import type { Told } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { openDoor } from './door.ts';
import { numbersIn, talkative, upTo } from './many-events.ts';
import { bearer, connect, type RawSocket, subscribe } from './raw-socket.ts';

const mebibyte = 2 ** 20;
/** What one event says. So many of them stay in memory for everybody who reads along. */
const eventBytes = 1_024;
const keptRecent = 2_000;
/** Above what the two kernels between a client and the server take in by themselves. */
const events = 16_000;
const readers = 6;
/** What may wait in its socket, and the events that it was given last and has not passed on. */
const perReader = mebibyte + keptRecent * eventBytes;

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What this process holds on to; client and server share it, but these clients keep nothing. */
async function heldBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function follow(input: { sessionId: string; lastEventId: number }, live: 'sse' | 'websocket') {
  const viva = createVivaClient({ url: server.url, token: user.token, live });
  const told: Told[] = [];
  viva.chat.onEvent.subscribe(input, { onData: (event) => told.push(event) });
  return { told, leave: () => viva.close() };
}

/** Reads the whole conversation again. */
async function replay(input: { sessionId: string; lastEventId: number }, live: 'sse' | 'websocket', count: number) {
  const { told, leave } = await follow(input, live);
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(count), { timeout: 30_000, interval: 50 });
  await leave();
  return numbersIn(told);
}

/** Subscribes, and reads nothing after the first answer. */
async function stalledReader(url: string, input: { sessionId: string; lastEventId: number }): Promise<RawSocket> {
  const raw = await connect(url, bearer(user.token));
  raw.send(subscribe(1, input.sessionId, String(input.lastEventId)));
  await vi.waitFor(() => expect(raw.messages.length).toBeGreaterThan(0), { timeout: 10_000 });
  raw.socket.pause();
  raw.messages.length = 0;
  return raw;
}

test('readers over WebSockets that stop reading cost no more than may wait for each', async () => {
  await using door = await openDoor(server, { stalledMs: 600_000 });
  const talk = await talkative(server, user);
  await talk.tell(keptRecent, eventBytes);
  const stalled = await Promise.all(Array.from({ length: readers }, () => stalledReader(door.url, talk.input)));
  const before = await heldBytes();
  await talk.tell(events, eventBytes);
  const grown = (await heldBytes()) - before;
  const queued = [...door.clients].map(({ bufferedAmount }) => bufferedAmount);
  expect(queued).toHaveLength(readers);
  expect(Math.min(...queued)).toBeGreaterThan(2 ** 17);
  expect(Math.max(...queued)).toBeLessThan(mebibyte);
  expect(grown).toBeLessThan(readers * perReader);
  for (const { socket } of stalled) socket.terminate();
}, 90_000);

test('a reader over a WebSocket that has stopped is closed, and replays', async () => {
  const talk = await talkative(server, user);
  const { socket, closed } = await stalledReader(server.url, talk.input);
  const [client] = server.app.websocketServer.clients;
  await talk.tell(events, eventBytes);
  await vi.waitFor(() => expect(client?.readyState).toBe(client?.CLOSING), { timeout: 30_000, interval: 50 });
  // Whoever reads on within the time for goodbyes hears why.
  socket.resume();
  expect(await closed).toEqual({ code: 1013, reason: expect.stringContaining('Connect again') });
  expect(await replay(talk.input, 'websocket', talk.told)).toEqual(upTo(talk.told));
}, 90_000);

test('a reader over a WebSocket that only pauses misses nothing', async () => {
  const talk = await talkative(server, user);
  const raw = await connect(server.url, bearer(user.token));
  raw.send(subscribe(1, talk.input.sessionId, String(talk.input.lastEventId)));
  await vi.waitFor(() => expect(raw.messages).toHaveLength(1));
  raw.socket.pause();
  await talk.tell(events, eventBytes);
  raw.socket.resume();
  await vi.waitFor(() => expect(raw.messages).toHaveLength(1 + events), { timeout: 30_000, interval: 50 });
  expect(raw.socket.readyState).toBe(raw.socket.OPEN);
  raw.socket.close();
  await raw.closed;
  await vi.waitFor(() => expect(server.app.websocketServer.clients.size).toBe(0));
}, 60_000);

test('a client that asks on without reading the answers is closed at its budget', async () => {
  const raw = await connect(server.url, bearer(user.token));
  raw.socket.pause();
  const large = '.'.repeat(20_000);
  const asking = setInterval(() => {
    for (let id = 0; id < 15; id++) raw.send({ id: `${large}${id}`, method: 'query', params: { path: 'voices.list' } });
  }, 100);
  const queued: number[] = [];
  const { clients } = server.app.websocketServer;
  const looking = setInterval(() => queued.push(...[...clients].map(({ bufferedAmount }) => bufferedAmount)), 5);
  const [client] = clients;
  await vi.waitFor(() => expect(client?.readyState).toBe(client?.CLOSING), { timeout: 40_000, interval: 20 });
  clearInterval(asking);
  raw.socket.resume();
  expect(await raw.closed).toMatchObject({ code: 1013 });
  clearInterval(looking);
  expect(Math.max(...queued)).toBeLessThan(mebibyte + 100_000);
}, 60_000);

test('readers over SSE that stop reading cost no more than the events given last, and replay', async () => {
  const talk = await talkative(server, user);
  await talk.tell(keptRecent, eventBytes);
  const stalled: Socket[] = [];
  const input = encodeURIComponent(JSON.stringify(talk.input));
  const { port } = new URL(server.url);
  for (let count = 0; count < readers; count++) {
    const socket = connectTcp(Number(port), '127.0.0.1');
    socket.write(
      `GET /trpc/chat.onEvent?input=${input} HTTP/1.1\r\nHost: viva\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${user.token}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    stalled.push(socket);
  }
  const before = await heldBytes();
  await talk.tell(events, eventBytes);
  const grown = (await heldBytes()) - before;
  expect(grown).toBeLessThan(readers * perReader);
  expect(await replay(talk.input, 'sse', talk.told)).toEqual(upTo(talk.told));
  for (const socket of stalled) socket.destroy();
}, 90_000);
