import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Belongings, nobodys } from '../api/support/belongings.ts';
import type { SignedIn } from '../support/viva.ts';
import { namingProcedures, protectedProcedures } from './procedures.ts';
import { exceptions, refusedMessage } from './support/calling.ts';
import { badTokens, type Credential, misplacedTokens, misspeltTokens, type World } from './support/credentials.ts';
import type { RegisteredRoute } from './support/registered-routes.ts';
import { procedureCall, type SocketTalk, type TokenPlace, talkOnce } from './support/sockets.ts';
import { startStage } from './support/stage.ts';

let world: World;
let theirs: Belongings;
let stranger: SignedIn;
let registered: RegisteredRoute[];
beforeAll(async () => {
  ({ world, registered, theirs, stranger } = await startStage());
});
afterAll(() => world?.server.close());

interface SocketEntry {
  /** Where its clients put their token. The first is where clients that are no browsers do. */
  places: [TokenPlace, ...TokenPlace[]];
  /** Says something that asks for the session; gives null when it was refused as it should be, else what came. */
  attempt(sessionId: string, credential: Credential, place: TokenPlace, expected: string): Promise<string | null>;
  /** Without a token one becomes a guest. */
  guests?: true;
}

const anything = () => true;
const isError = (message: unknown) => Reflect.get(Object(message), 'type') === 'error';
const codeOf = (message: unknown): unknown => Reflect.get(Object(Reflect.get(Object(message), 'error')), 'code');
const told = ({ messages, closed }: SocketTalk) => JSON.stringify({ messages, closed }).slice(0, 400);
/** So few at once that one address may have as many. */
const atOnce = 12;

/** Every socket there is, beside tRPC's, whose procedures have lines of their own. */
const sockets: Record<string, SocketEntry> = {
  '/trpc': {
    places: ['header', 'connection parameters', 'subprotocol'],
    async attempt(sessionId, credential, place, expected) {
      const say = procedureCall('chat.onEvent', { sessionId });
      const talk = await talkOnce(world.server.url, { path: '/trpc', credential, place }, say, (message) =>
        expected === 'not_found' ? 'error' in Object(message) : false,
      );
      const error = talk.messages.find((message) => 'error' in Object(message));
      const data = talk.messages.some(
        (message) => Reflect.get(Object(Reflect.get(Object(message), 'result')), 'type') === 'data',
      );
      return error && !data && refusedMessage(error).code === expected ? null : told(talk);
    },
  },
  '/realtime': {
    places: ['header', 'subprotocol'],
    async attempt(sessionId, credential, place, expected) {
      const handshake = {
        path: `/realtime?session_id=${sessionId}`,
        credential,
        place,
        prefix: 'openai-insecure-api-key.',
      };
      const talk = await talkOnce(world.server.url, handshake, { type: 'response.create' }, () => false);
      const code = expected === 'unauthenticated' ? 4401 : 1008;
      const alone = talk.messages.length === 1 && isError(talk.messages[0]) && talk.closed?.code === code;
      return alone && talk.closed?.reason.startsWith(`${expected}: `) ? null : told(talk);
    },
  },
  '/api/conversation': {
    places: ['header', 'subprotocol', 'cookie'],
    guests: true,
    async attempt(sessionId, credential, place, expected) {
      const start = { action: 'start', sessionId };
      const talk = await talkOnce(world.server.url, { path: '/api/conversation', credential, place }, start, anything);
      return talk.messages.length === 1 && codeOf(talk.messages[0]) === expected ? null : told(talk);
    },
  },
};

test('the table has a line for every socket, and none for what is not there', () => {
  const there = registered.flatMap(({ method, url, socket }) => (socket && method === 'GET' ? [url] : []));
  expect(there.toSorted()).toEqual(Object.keys(sockets).toSorted());
});

const bad: [string, (world: World) => Promise<Credential>][] = [
  ...Object.entries(badTokens).map(([what, make]): [string, (world: World) => Promise<Credential>] => [
    what,
    async (of) => ({ token: await make(of) }),
  ]),
  ...Object.entries(misspeltTokens).map(([what, make]): [string, (world: World) => Promise<Credential>] => [
    what,
    async (of) => make(of),
  ]),
];
const none: [string, (world: World) => Promise<Credential>][] = Object.entries(misplacedTokens).map(([what, make]) => [
  what,
  async (of) => make(of),
]);

describe.each([...bad, ...none])('%s', (what, make) => {
  test('opens no socket, wherever it stands', async () => {
    const credential = await make(world);
    const tries = Object.entries(sockets).flatMap(([path, { places, ...entry }]) =>
      (credential.token === undefined ? places.slice(0, 1) : places).map((place) => ({ path, place, ...entry })),
    );
    const found = await exceptions(
      tries,
      ({ path, place }) => `${path} by ${place}`,
      // A guest who was just made owns nothing.
      ({ attempt, place, guests }) =>
        attempt(
          theirs.sessionId,
          credential,
          place,
          guests && what in misplacedTokens ? 'not_found' : 'unauthenticated',
        ),
      atOnce,
    );
    expect(found).toEqual([]);
  });

  test('opens no procedure over a socket, and ends it', async () => {
    const credential = await make(world);
    const found = await exceptions(
      protectedProcedures,
      ({ name }) => name,
      async ({ name, names }) => {
        const say = procedureCall(name, names?.(theirs));
        const talk = await talkOnce(world.server.url, { path: '/trpc', credential, place: 'header' }, say, () => false);
        // A subscription is answered, refused, and stopped.
        const spoken = talk.messages.filter((message) => !/"type":"(started|stopped)"/.test(JSON.stringify(message)));
        if (spoken.length !== 1 || talk.closed?.code !== 4401) return told(talk);
        const { status, code } = refusedMessage(spoken[0]);
        return status === 401 && code === 'unauthenticated' ? null : told(talk);
      },
      atOnce,
    );
    expect(found).toEqual([]);
  });
});

describe('another user', () => {
  test.each([
    ["somebody else's", () => theirs],
    ["nobody's", () => nobodys],
  ])('finds nothing by %s ids', async (_whose, belongings) => {
    const credential = { token: stranger.token };
    const { sessionId } = belongings();
    const found = await exceptions(
      Object.entries(sockets),
      ([path]) => path,
      ([, { attempt }]) => attempt(sessionId, credential, 'header', 'not_found'),
      4,
    );
    const procedures = await exceptions(
      namingProcedures,
      ({ name }) => name,
      async ({ name, names }) => {
        const say = procedureCall(name, names(belongings()));
        const handshake = { path: '/trpc', credential, place: 'header' } as const;
        const talk = await talkOnce(world.server.url, handshake, say, (message) => 'error' in Object(message));
        const { status, code } = refusedMessage(talk.messages.find((message) => 'error' in Object(message)));
        return status === 404 && code === 'not_found' ? null : told(talk);
      },
      atOnce,
    );
    expect([...found, ...procedures]).toEqual([]);
  });
});

test('a page of another host may not use the cookie of this one', async () => {
  const { server, victim } = world;
  const headers = { cookie: `viva_token=${victim.token}` };
  const { attempt } = sockets['/api/conversation'] ?? expect.fail('the socket is gone');
  // Without an origin it is nobody's cookie, and a guest is made.
  expect(await attempt(theirs.sessionId, { headers }, 'header', 'not_found')).toBeNull();
  const foreign = { headers: { ...headers, origin: 'https://evil.example' } };
  await expect(
    talkOnce(server.url, { path: '/api/conversation', credential: foreign, place: 'header' }, {}, anything),
  ).rejects.toThrow('403');
});

test('nothing of all this changed what the owner has, or cost anything', async () => {
  const { prisma } = world.server.deps.db;
  expect(await prisma.session.findUnique({ where: { id: theirs.sessionId } })).toMatchObject({ state: 'active' });
  expect(await prisma.session.count()).toBe(1);
  expect(await prisma.message.count()).toBe(0);
  expect(await prisma.turn.count()).toBe(0);
  expect(await prisma.answer.count()).toBe(1);
  expect(await prisma.usage.count({ where: { NOT: { userId: world.victim.userId } } })).toBe(0);
  for (const endpoint of ['chat', 'speech', 'realtime', 'client_secrets', 'calls'] as const) {
    expect(world.server.upstream.callsTo(endpoint)).toEqual([]);
  }
});
