import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusedResponse } from '../api/support/interviews.ts';
import { startViva } from '../support/viva.ts';
import { routes } from './routes.ts';
import {
  badTokens,
  type Credential,
  misplacedTokens,
  misspeltTokens,
  startWorld,
  type World,
} from './support/credentials.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.server.close());

const guestRoutes = Object.entries(routes).flatMap(([line, { open, sends }]) => {
  const [method = '', path = ''] = line.split(' ');
  return open === 'guests' ? [{ line, method, path, sends }] : [];
});

/** What the model was shown of what was said before. */
const remembered = () => JSON.stringify(world.server.upstream.callsTo('chat').at(-1)?.body.messages);

function ask(prompt: string, headers: Record<string, string> = {}, url = world.server.url): Promise<Response> {
  return fetch(`${url}/api/voice/ask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ prompt }),
  });
}

/** Somebody without a token, who has said something that nobody else may hear. */
async function guest(): Promise<string> {
  const answer = await ask('My password is swordfish.');
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  return cookie ?? expect.fail('no cookie was set');
}

test('the routes for guests are these', () => {
  expect(guestRoutes.map(({ line }) => line)).toEqual(['POST /api/voice/ask', 'POST /api/voice/clear']);
});

const value = (cookie: string) => decodeURIComponent(cookie.split('=')[1] ?? '');
const sealed = (id: string, key: string) =>
  `viva_voice=${encodeURIComponent(`${id}.${createHmac('sha256', key).update(id).digest('base64').replace(/=+$/, '')}`)}`;

test.each<[string, (cookie: string) => string]>([
  ['the id without its signature', (cookie) => `viva_voice=${value(cookie).split('.')[0]}`],
  ['another signature', (cookie) => cookie.replace(/\.[^.]*$/, '.Zm9yZ2Vk')],
  ['the signature of another id', (cookie) => cookie.replace(/=......../, '=00000000')],
  ['the key of another server', (cookie) => sealed(value(cookie).split('.')[0] ?? '', 'another secret')],
  ['no key', (cookie) => sealed(value(cookie).split('.')[0] ?? '', '')],
  ['another name', (cookie) => cookie.replace('viva_voice', 'viva_voices')],
  ['no id', () => sealed('', 'another secret')],
  ['nonsense', () => 'viva_voice=%00%ff'],
])('a forged cookie (%s) is nobody’s', async (_what, forge) => {
  const cookie = await guest();
  const forged = await ask('What is my password?', { cookie: forge(cookie) });
  expect(forged.status).toBe(200);
  expect(remembered()).toContain('What is my password?');
  expect(remembered()).not.toContain('swordfish');
  expect(forged.headers.getSetCookie()[0]?.split(';')[0]).not.toBe(cookie);
  // Nor does it clear what is somebody else's.
  await fetch(`${world.server.url}/api/voice/clear`, { method: 'POST', headers: { cookie: forge(cookie) } });
  await ask('And mine?', { cookie });
  expect(remembered()).toContain('swordfish');
});

const tokens: [string, (of: World) => Promise<Credential>][] = [
  ...Object.entries(badTokens).map(([what, make]): [string, (of: World) => Promise<Credential>] => [
    what,
    async (of) => ({ headers: { authorization: `Bearer ${await make(of)}` } }),
  ]),
  ...Object.entries(misspeltTokens).map(([what, make]): [string, (of: World) => Promise<Credential>] => [
    what,
    async (of) => make(of),
  ]),
];

test.each(tokens)('%s does not make a guest', async (_what, make) => {
  const { headers } = await make(world);
  for (const { method, path, sends } of guestRoutes) {
    const request = sends?.() ?? {};
    const all = new Headers({ ...headers });
    for (const [name, one] of new Headers(request.headers)) all.set(name, one);
    const response = await fetch(`${world.server.url}${path}`, { ...request, method, headers: all });
    expect(await refusedResponse(response)).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(response.headers.getSetCookie()).toEqual([]);
  }
});

test.each(Object.entries(misplacedTokens))('%s makes one without a past', async (_what, make) => {
  await fetch(`${world.server.url}/api/voice/ask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.victim.token}` },
    body: JSON.stringify({ prompt: 'I am the swordfish.' }),
  });
  const { headers, query } = make(world);
  await fetch(`${world.server.url}/api/voice/ask?${query ?? ''}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ prompt: `Who am I? ${randomUUID()}` }),
  });
  expect(remembered()).toContain('Who am I?');
  expect(remembered()).not.toContain('swordfish');
});

test('where guests are not taken, neither a cookie nor nothing is enough', async () => {
  await using closed = await startViva({ ALLOW_GUESTS: 'false' });
  const cookie = await guest();
  for (const headers of [undefined, { cookie }]) {
    expect(await refusedResponse(await ask('Hello?', headers, closed.url))).toMatchObject({ status: 401 });
  }
  expect(closed.upstream.callsTo('chat')).toEqual([]);
});
