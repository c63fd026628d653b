import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { interview, listen, type Told, turn } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { numbersIn, talkative, upTo } from './many-events.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const over = (live: 'sse' | 'websocket'): SignedIn => ({
  ...user,
  viva: createVivaClient({ url: server.url, token: () => user.token, live }),
});

it('tells the same events under the same ids over both transports', async () => {
  const session = await interview(user);
  const [sse, socket] = [over('sse'), over('websocket')];
  const listening = await Promise.all([listen(sse, session.id), listen(socket, session.id)]);
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  await Promise.all(listening.map(({ over: ended }) => ended));
  const [overSse, overSocket] = listening.map(({ events }) => events);
  expect(overSocket).toEqual(overSse);
  expect(overSocket?.map(({ id }) => Number(id))).toEqual(overSse?.map(({ id }) => Number(id)).sort((a, b) => a - b));
  expect(overSocket?.length).toBeGreaterThan(4);
  await Promise.all([sse.viva.close(), socket.viva.close()]);
});

it('replays over a WebSocket from any id, without gap or double', async () => {
  const session = await interview(user);
  const { events, over: ended } = await listen(user, session.id);
  await user.viva.chat.begin.mutate({ sessionId: session.id });
  await ended;
  const socket = over('websocket');
  for (const [index, { id }] of events.slice(0, -1).entries()) {
    const replayed = await listen(socket, session.id, { after: Number(id) });
    await replayed.over;
    expect(replayed.events).toEqual(events.slice(index + 1));
  }
  await socket.viva.close();
});

describe.each(['sse', 'websocket'] as const)('a subscription over %s', (live) => {
  it('survives restarts of the server, without gap or double', async () => {
    const talk = await talkative(server, user);
    const { viva } = over(live);
    const events: Told[] = [];
    const errors: unknown[] = [];
    const connected = Promise.withResolvers<void>();
    viva.chat.onEvent.subscribe(talk.input, {
      onStarted: () => connected.resolve(),
      onData: (event) => events.push(event),
      onError: (error) => errors.push(error),
    });
    await connected.promise;
    for (const round of [1, 2]) {
      await talk.tell(50);
      await vi.waitFor(() => expect(numbersIn(events)).toContain(round * 100 - 51), { timeout: 15_000 });
      await server.restart();
      await talk.tell(50);
    }
    await vi.waitFor(() => expect(numbersIn(events)).toEqual(upTo(200)), { timeout: 30_000, interval: 50 });
    expect(errors).toEqual([]);
    await viva.close();
  }, 60_000);

  it('ends with an error that waiting does not cure', async () => {
    const stranger = await server.signIn();
    const session = await interview(user);
    const refused = (token: string, sessionId: string) => {
      const { viva } = { viva: createVivaClient({ url: server.url, token, live }) };
      const { promise, resolve } = Promise.withResolvers<unknown>();
      viva.chat.onEvent.subscribe({ sessionId }, { onError: resolve, onComplete: () => resolve('completed') });
      return promise.finally(() => viva.close());
    };
    const code = (name: string) => ({ data: { error: { code: name } } });
    expect(await refused('no-token', session.id)).toMatchObject(code('unauthenticated'));
    expect(await refused(stranger.token, session.id)).toMatchObject(code('not_found'));
    expect(await refused(user.token, 'no-id')).toMatchObject(code('invalid_input'));
  });

  it('completes when the client is closed', async () => {
    const session = await interview(user);
    const { viva } = over(live);
    const ended = Promise.withResolvers<string>();
    const started = Promise.withResolvers<void>();
    viva.chat.onEvent.subscribe(
      { sessionId: session.id },
      { onStarted: () => started.resolve(), onComplete: () => ended.resolve('completed'), onError: ended.reject },
    );
    await started.promise;
    await viva.close();
    expect(await ended.promise).toBe('completed');
    await vi.waitFor(() => expect(server.app.websocketServer.clients.size).toBe(0));
  });
});

it('a client with a new token goes on over a new socket', async () => {
  const first = await createVivaClient({ url: server.url }).auth.guest.mutate();
  let token = first.token;
  const viva = createVivaClient({ url: server.url, token: () => token, live: 'websocket' });
  const session = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  await viva.auth.consent.mutate();
  const ended = Promise.withResolvers<unknown>();
  const started = Promise.withResolvers<void>();
  const input = { sessionId: session.id };
  viva.chat.onEvent.subscribe(input, { onStarted: () => started.resolve(), onError: ended.resolve });
  await started.promise;
  await viva.auth.logout.mutate();
  expect(await ended.promise).toMatchObject({ data: { error: { code: 'unauthenticated' } } });
  const second = await createVivaClient({ url: server.url }).auth.guest.mutate();
  token = second.token;
  const owner = { token, userId: second.user.id, viva, fetch };
  const other = await viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  await viva.auth.consent.mutate();
  const events = await turn(owner, other.id, () => viva.chat.begin.mutate({ sessionId: other.id }));
  expect(events.at(-1)).toMatchObject({ type: 'turn-ended' });
  await viva.close();
});
