import { createHmac, createPublicKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { nobodys } from '../api/support/belongings.ts';
import { startIdentityProvider, type TestProvider } from '../auth/support/identity-provider.ts';
import { startViva, type Viva } from '../support/viva.ts';
import { protectedProcedures } from './procedures.ts';
import { routes } from './routes.ts';
import { exceptions, refusedMessage, refusedProcedure, refusedRoute } from './support/calling.ts';
import { secret } from './support/credentials.ts';
import { procedureCall, talkOnce } from './support/sockets.ts';

/** Where another identity provider signs people in, its public key is known to everybody. */
let provider: TestProvider;
let server: Viva;
beforeAll(async () => {
  provider = await startIdentityProvider(Date.now);
  const { AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE } = provider.config;
  server = await startViva({ JWT_SECRET: secret, AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE });
});
afterAll(async () => {
  await server?.close();
  await provider?.[Symbol.asyncDispose]();
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const bodyOf = (token: string) => token.split('.')[1] ?? '';

/** HS256 with the public key for a secret: what a server would take that lets the token choose the algorithm. */
async function confused(keyText: string): Promise<string> {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: 'RS256' })}.${bodyOf(await provider.token())}`;
  return `${signed}.${createHmac('sha256', keyText).update(signed).digest('base64url')}`;
}
const jwk = z.looseObject({ kty: z.string() });
const publicPem = () =>
  createPublicKey({ key: jwk.parse(JSON.parse(provider.publishedJwk)), format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();

const tokens: Record<string, () => Promise<string>> = {
  'HS256 by the public key as PEM': () => confused(publicPem()),
  'HS256 by the public key as JWK': () => confused(provider.publishedJwk),
  'alg: none': async () => `${encode({ alg: 'none', kid: 'RS256' })}.${bodyOf(await provider.token())}.`,
  'an expired token': () => provider.token({ exp: 1 }),
  'a token for another audience': () => provider.token({ aud: 'another' }),
  'a token of another issuer': () => provider.token({ iss: 'https://evil.example/' }),
  'a token of this server itself': () =>
    new SignJWT({ kind: 'guest', sid: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(crypto.randomUUID())
      .setIssuer('viva')
      .setAudience('viva')
      .setIssuedAt()
      .setExpirationTime('5m')
      .setJti('x')
      .sign(new TextEncoder().encode(secret)),
  nothing: async () => '',
};

test('a token of the provider is good', async () => {
  const headers = { authorization: `Bearer ${await provider.token()}` };
  expect((await fetch(`${server.url}/trpc/auth.me`, { headers })).status).toBe(200);
});

describe.each(Object.entries(tokens))('%s', (_what, make) => {
  test('opens nothing', async () => {
    const token = await make();
    const credential = token ? { token } : {};
    const is401 = ({ status }: { status: number | null }) => (status === 401 ? null : String(status));
    const procedures = await exceptions(
      protectedProcedures,
      ({ name }) => name,
      async ({ name, names }) => is401(await refusedProcedure(server.url, name, names?.(nobodys), credential)),
    );
    // Here nobody is a guest.
    const closed = Object.entries(routes).filter(([, { open, elsewhere }]) => open !== true && !elsewhere);
    const rest = await exceptions(
      closed,
      ([line]) => line,
      async ([line, { names, sends }]) => {
        const [method = '', path = ''] = line.replace('*', 'POST').split(' ');
        return is401(await refusedRoute(server.url, method, path, names?.(nobodys) ?? sends?.() ?? {}, credential));
      },
    );
    expect([...procedures, ...rest]).toEqual([]);
    const handshake = { path: '/trpc', credential, place: 'header' } as const;
    const talk = await talkOnce(server.url, handshake, procedureCall('auth.me', {}), () => false);
    expect(refusedMessage(talk.messages[0])).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(talk.closed?.code).toBe(4401);
  });
});
