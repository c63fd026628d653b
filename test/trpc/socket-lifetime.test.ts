import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import type { SocketLimits } from '../../src/trpc/socket-limits.ts';
import type { Told } from '../conversation/talking.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { openDoor } from './door.ts';
import { numbersIn, talkative, upTo } from './many-events.ts';
import { answers, bearer, call, connect, subscribe } from './raw-socket.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const impatient = (limits: Partial<SocketLimits>) => openDoor(server, limits);

const unauthenticated = { error: { data: { error: { code: 'unauthenticated' } } } };

it('ends what has grown too old: first it asks the client to move, then streams are refused', async () => {
  await using door = await impatient({ maxAgeMs: 400, moveBeforeMs: 300 });
  const session = await user.viva.sessions.create.mutate({ jobDescription: 'Baker', questionCount: 1 });
  const { send, messages, closed } = await connect(door.url, bearer(user.token));
  send(subscribe(1, session.id));
  expect(await closed).toMatchObject({ code: 4401 });
  expect(messages).toMatchObject([
    { result: { type: 'started' } },
    { id: null, method: 'reconnect' },
    { id: 1, ...unauthenticated },
    { result: { type: 'stopped' } },
  ]);
});

it('lets our client move to a new socket with its present token, without gap or double', async () => {
  await using door = await impatient({ maxAgeMs: 2_000, moveBeforeMs: 1_800 });
  const talk = await talkative(server, user);
  const tokens: string[] = [];
  const token = () => {
    tokens.push(user.token);
    return user.token;
  };
  const viva = createVivaClient({ url: door.url, token, live: 'websocket' });
  const events: Told[] = [];
  const errors: unknown[] = [];
  viva.chat.onEvent.subscribe(talk.input, {
    onData: (event) => events.push(event),
    onError: (error) => errors.push(error),
  });
  await vi.waitFor(
    async () => {
      await talk.tell(5);
      expect(tokens.length).toBeGreaterThan(3);
    },
    { timeout: 15_000, interval: 10 },
  );
  await vi.waitFor(() => expect(numbersIn(events)).toEqual(upTo(talk.told)));
  expect(errors).toEqual([]);
  await viva.close();
});

it('is cut when the other side answers no pings', async () => {
  await using door = await impatient({ pingEveryMs: 50 });
  const deaf = await connect(door.url, { ...bearer(user.token), autoPong: false });
  expect(await deaf.closed).toMatchObject({ code: 1006 });
});

it('stays while the other side answers pings', async () => {
  await using door = await impatient({ pingEveryMs: 20 });
  const { socket, send, next } = await connect(door.url, bearer(user.token));
  let pings = 0;
  socket.on('ping', () => pings++);
  await vi.waitFor(() => expect(pings).toBeGreaterThan(5));
  send(call(1, 'query', 'auth.me'));
  expect(await next(answers(1))).toMatchObject({ result: { data: { id: user.userId } } });
});

it('is closed when the token that was announced does not come', async () => {
  await using door = await impatient({ signInMs: 50 });
  const silent = await connect(door.url, { silent: true });
  expect(await silent.closed).toMatchObject({ code: 1008 });
});
