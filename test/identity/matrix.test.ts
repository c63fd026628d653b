import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Belongings, nobodys } from '../api/support/belongings.ts';
import type { SignedIn } from '../support/viva.ts';
import type { RouteEntry } from './entry.ts';
import { namingProcedures, pagingProcedures, procedures, procedureTypes, protectedProcedures } from './procedures.ts';
import { routes } from './routes.ts';
import { exceptions, refusedBatch, refusedProcedure, refusedRoute } from './support/calling.ts';
import {
  badTokens,
  type Credential,
  misplacedTokens,
  misspeltTokens,
  signedAgain,
  type World,
} from './support/credentials.ts';
import type { RegisteredRoute } from './support/registered-routes.ts';
import { startStage } from './support/stage.ts';

let world: World;
let theirs: Belongings;
let stranger: SignedIn;
let registered: RegisteredRoute[];
beforeAll(async () => {
  ({ world, registered, theirs, stranger } = await startStage());
});
afterAll(() => world?.server.close());

type Attempt = [what: string, make: (world: World) => Promise<Credential>];
/** Read by the same code as in the header: some of each kind will do. */
const alsoInCookie = [
  'an expired token',
  'alg: none',
  'another key',
  'a user that was deleted',
  'a login that was ended',
];

/** Every way of asking that is nobody's, wherever it may stand over HTTP. */
const credentials: Attempt[] = [
  ...Object.entries(badTokens).map(([what, make]): Attempt => [what, async (of) => ({ token: await make(of) })]),
  ...Object.entries(badTokens).flatMap(([what, make]): Attempt[] =>
    alsoInCookie.includes(what)
      ? [[`${what}, in the cookie`, async (of) => ({ headers: { cookie: `viva_token=${await make(of)}` } })]]
      : [],
  ),
  ...Object.entries({ ...misplacedTokens, ...misspeltTokens }).map(
    ([what, make]): Attempt => [what, async (of) => make(of)],
  ),
];

const lineOf = ({ method, url }: RegisteredRoute): RouteEntry | undefined =>
  routes[`${method} ${url}`] ?? routes[`* ${url}`] ?? (method === 'HEAD' ? routes[`GET ${url}`] : undefined);
const requestOf = (entry: RouteEntry) => entry.names?.(theirs) ?? entry.sends?.() ?? {};
const protectedRoutes = () =>
  registered.flatMap((route) => {
    const entry = lineOf(route);
    return entry && !entry.open && !entry.elsewhere ? [{ ...route, entry }] : [];
  });
const nameOf = ({ method, url }: RegisteredRoute) => `${method} ${url}`;
const is401 = ({ status, code }: { status: number | null; code: string | null }) =>
  status === 401 && (code === 'unauthenticated' || code === null) ? null : `${status} ${code}`;

describe('the table', () => {
  test('has a line for every procedure, and none for what is not there', () => {
    expect([...procedureTypes.keys()].toSorted()).toEqual(Object.keys(procedures).toSorted());
  });

  test('has a line for every route, and none for what is not there', () => {
    expect(registered.length).toBeGreaterThan(50);
    expect(registered.filter((route) => !lineOf(route)).map(nameOf)).toEqual([]);
    const there = new Set(registered.flatMap((route) => [nameOf(route), `* ${route.url}`]));
    expect(Object.keys(routes).filter((line) => !there.has(line))).toEqual([]);
  });
});

test('a token made like the bad ones, but good, opens', async () => {
  const headers = { authorization: `Bearer ${await signedAgain(world.victim.token)}` };
  expect((await fetch(`${world.server.url}/trpc/auth.me`, { headers })).status).toBe(200);
  expect((await fetch(`${world.server.url}/api/auth/me`, { headers })).status).toBe(200);
});

describe.each(credentials)('%s', (_what, make) => {
  test('opens no procedure', async () => {
    const credential = await make(world);
    const found = await exceptions(
      protectedProcedures,
      ({ name }) => name,
      async ({ name, names }) => is401(await refusedProcedure(world.server.url, name, names?.(theirs), credential)),
    );
    expect(found).toEqual([]);
  });

  test('opens no procedure of a batch', async () => {
    const credential = await make(world);
    const batches = (['query', 'mutation'] as const).map((type) =>
      protectedProcedures.flatMap(({ name }) => (procedureTypes.get(name) === type ? [name] : [])).slice(0, 20),
    );
    for (const names of batches) {
      const refused = await refusedBatch(world.server.url, names, credential);
      expect(refused.map(is401)).toEqual(names.map(() => null));
    }
  });

  test('opens no route', async () => {
    const credential = await make(world);
    const { url } = world.server;
    const found = await exceptions(protectedRoutes(), nameOf, async (route) =>
      is401(await refusedRoute(url, route.method, route.url, requestOf(route.entry), credential)),
    );
    expect(found).toEqual([]);
  });
});

test('the cookie of a page that is signed in opens nothing that writes', async () => {
  const { server, victim } = world;
  const credential = { headers: { cookie: `viva_token=${victim.token}` } };
  const writing = protectedProcedures.filter(({ name }) => procedureTypes.get(name) === 'mutation');
  const procedureProblems = await exceptions(
    writing,
    ({ name }) => name,
    async ({ name, names }) => is401(await refusedProcedure(server.url, name, names?.(theirs), credential)),
  );
  const writes = protectedRoutes().filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  const routeProblems = await exceptions(writes, nameOf, async ({ method, url, entry }) =>
    is401(await refusedRoute(server.url, method, url, requestOf(entry), credential)),
  );
  expect([...procedureProblems, ...routeProblems]).toEqual([]);
});

describe('another user', () => {
  /** Somebody's ids and nobody's are refused alike: what is there cannot be told from what never was. */
  async function bothNotFound(
    refuse: (of: Belongings) => Promise<{ status: number | null; code: string | null; message: string }>,
  ): Promise<string | null> {
    const [real, unreal] = [await refuse(theirs), await refuse(nobodys)];
    if (real.status !== 404 || (real.code !== 'not_found' && real.code !== null)) return `${real.status} ${real.code}`;
    return JSON.stringify(real) === JSON.stringify(unreal) ? null : `${real.message} / ${unreal.message}`;
  }

  test('finds nothing by the ids that a procedure names', async () => {
    const { url } = world.server;
    const found = await exceptions(
      namingProcedures,
      ({ name }) => name,
      ({ name, names }) => bothNotFound((of) => refusedProcedure(url, name, names(of), { token: stranger.token })),
    );
    expect(found).toEqual([]);
  });

  test.each(['sessionId', 'questionId'])('finds no answers by %s alone', async (field) => {
    const input = { [field]: Reflect.get(theirs, field) };
    const refused = await refusedProcedure(world.server.url, 'answers.list', input, { token: stranger.token });
    expect(refused).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('finds nothing by the ids that a route names', async () => {
    const naming = protectedRoutes().flatMap((route) =>
      route.entry.names ? [{ ...route, names: route.entry.names }] : [],
    );
    expect(naming.length).toBeGreaterThan(15);
    const found = await exceptions(naming, nameOf, ({ method, url, names }) =>
      bothNotFound((of) => refusedRoute(world.server.url, method, url, names(of), { token: stranger.token })),
    );
    expect(found).toEqual([]);
  });

  test('sees only what is theirs where nothing is named', async () => {
    const marks = [world.victim.userId, ...Object.values(theirs)];
    const read = async (path: string) => (await stranger.fetch(path)).text();
    const paths = [
      ...protectedProcedures.flatMap(({ name, names }) =>
        procedureTypes.get(name) === 'query' && !names ? [`/trpc/${name}?input=%7B%7D`] : [],
      ),
      ...pagingProcedures.map(
        ({ name, cursor }) => `/trpc/${name}?input=${encodeURIComponent(JSON.stringify(cursor(theirs.sessionId)))}`,
      ),
      ...protectedRoutes().flatMap(({ method, url }) => (method === 'GET' && !url.includes(':') ? [url] : [])),
    ];
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) {
      const text = await read(path);
      expect(
        marks.filter((mark) => text.includes(mark)),
        path,
      ).toEqual([]);
    }
  });
});

test('nothing of all this changed what the owner has, or cost anything', async () => {
  const { server, victim } = world;
  const { prisma } = server.deps.db;
  const own = { where: { userId: victim.userId } };
  expect(await prisma.session.findUnique({ where: { id: theirs.sessionId } })).toMatchObject({ state: 'active' });
  expect(await prisma.session.count()).toBe(1);
  expect(await prisma.answer.count()).toBe(1);
  expect(await prisma.evaluation.count()).toBe(0);
  expect(await prisma.cv.count(own)).toBe(await prisma.cv.count());
  expect(await prisma.audioFile.count(own)).toBe(await prisma.audioFile.count());
  expect(await prisma.usage.count({ where: { NOT: { userId: victim.userId } } })).toBe(0);
  expect(await prisma.login.count({ where: { userId: victim.userId, revokedAt: null } })).toBe(1);
  for (const endpoint of ['chat', 'speech', 'realtime', 'client_secrets'] as const) {
    expect(server.upstream.callsTo(endpoint)).toEqual([]);
  }
});
