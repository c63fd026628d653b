import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Belongings } from '../api/support/belongings.ts';
import { refusedResponse } from '../api/support/interviews.ts';
// Every route has its line there, with who may use it.
import { routes } from '../identity/routes.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva();
  user = await server.signIn();
});
afterAll(() => server?.close());

const bad: Belongings = {
  sessionId: 'bad',
  questionId: 'bad',
  answerId: 'bad',
  cvId: 'bad',
  audioId: 'bad',
  uploadId: 'bad',
};
// What a call is named by is the vendor's to choose, and an answer to HEAD has no body to tell.
const naming = Object.entries(routes).flatMap(([line, { names }]) =>
  names && !line.includes('/hangup') && !line.startsWith('HEAD ') ? [{ line, names }] : [],
);

test.each(naming)('$line: 400 for what is no id', async ({ line, names }) => {
  const [method = '', ownPath = ''] = line.split(' ');
  const { path = ownPath, ...request } = names(bad);
  const refused = await refusedResponse(await user.fetch(path, { method, ...request }));
  expect(refused).toMatchObject({ status: 400, code: 'invalid_input' });
});

test('a stranger learns nothing of how a body is refused', async () => {
  const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"broken' };
  const refused = await refusedResponse(await fetch(`${server.url}/audio-interview/questions`, broken));
  expect(refused).toMatchObject({ status: 401, code: 'unauthenticated' });
});
