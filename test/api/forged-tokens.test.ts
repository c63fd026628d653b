import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVivaClient } from '../../src/client.ts';
import { type SignedIn, startViva, type Viva } from '../support/viva.ts';
import { bothRefuse, recording, refusalOf } from './support/interviews.ts';

const secret = 'the secret of this suite, which is long enough';

let server: Viva;
let user: SignedIn;
beforeAll(async () => {
  server = await startViva({ JWT_SECRET: secret });
  user = await server.signIn();
});
afterAll(() => server?.close());

describe('a token', () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = async (claims: Record<string, unknown>, key: string) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iat: now, exp: now + 900, iss: 'viva', aud: 'viva', jti: 'x', ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(key));
  };
  const claimsOf = (token: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const tokens: [string, (good: string) => string | Promise<string>][] = [
    ['that has expired', (good) => sign({ ...claimsOf(good), exp: Math.floor(Date.now() / 1000) - 1 }, secret)],
    ['signed by somebody else', (good) => sign(claimsOf(good), `${secret}!`)],
    ['that nobody signed', (good) => `${encode({ alg: 'none', typ: 'JWT' })}.${good.split('.')[1]}.`],
    ['that was changed', (good) => good.replace(/\.[^.]+\./, `.${encode({ ...claimsOf(good), kind: 'registered' })}.`)],
    ['that is none', () => 'abc'],
  ];

  test('made like these, but good, is taken', async () => {
    const good = await sign(claimsOf(user.token), secret);
    await expect(createVivaClient({ url: server.url, token: good }).auth.me.query()).resolves.toMatchObject({
      id: user.userId,
    });
  });

  test.each(tokens)('%s opens no door', async (_what, make) => {
    const token = await make(user.token);
    const forged = createVivaClient({ url: server.url, token });
    const headers = { authorization: `Bearer ${token}` };
    const expected = { status: 401, code: 'unauthenticated' };
    const [message] = await bothRefuse(
      forged.sessions.list.query(),
      fetch(`${server.url}/api/audio-interview/history/`, { headers }),
      expected,
    );
    expect(message).toMatch(/sign in again/);
    expect(await refusalOf(forged.uploadAnswer(crypto.randomUUID(), recording()))).toMatchObject(expected);
    expect(await refusalOf(forged.fetchAudio(`/audio/${crypto.randomUUID()}`))).toMatchObject(expected);
  });
});
