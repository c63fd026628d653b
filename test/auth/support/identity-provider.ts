import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const issuer = 'https://id.example.org/';
export const audience = 'viva-tests';

export interface TestProvider extends AsyncDisposable {
  /** What a server needs to trust it. */
  config: { ALLOW_GUESTS: boolean; AUTH_JWKS_URL: string; AUTH_ISSUER: string; AUTH_AUDIENCE: string };
  /** A token for five minutes from now, with these claims changed. */
  token(claims?: JWTPayload & { name?: unknown }, alg?: string): Promise<string>;
  /** How it answers from now on. */
  behaviour: { mode: 'fine' | 'failing' | 'nonsense' | 'silent' };
  /** The public key of RS256, as anybody can read it. */
  publishedJwk: string;
  fetches(): number;
}

/** A real identity provider as far as tokens go: keys served over HTTP on loopback. */
export async function startIdentityProvider(nowMs: () => number): Promise<TestProvider> {
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
  const pairs = await Promise.all(algorithms.map(async (alg) => ({ alg, ...(await generateKeyPair(alg)) })));
  const jwks = await Promise.all(
    pairs.map(async ({ alg, publicKey }) => ({ ...(await exportJWK(publicKey)), alg, kid: alg, use: 'sig' })),
  );
  const behaviour: TestProvider['behaviour'] = { mode: 'fine' };
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches++;
    if (behaviour.mode === 'silent') return;
    if (behaviour.mode === 'failing') response.writeHead(500).end();
    else response.end(behaviour.mode === 'fine' ? JSON.stringify({ keys: jwks }) : '<html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    config: {
      ALLOW_GUESTS: true,
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
    },
    behaviour,
    publishedJwk: JSON.stringify(jwks[0]),
    fetches: () => fetches,
    async token(claims = {}, alg = 'RS256') {
      const pair = pairs.find((one) => one.alg === alg);
      if (!pair) throw new Error(`no key for ${alg}`);
      const seconds = Math.floor(nowMs() / 1000);
      const payload = { sub: randomUUID(), iss: issuer, aud: audience, iat: seconds, exp: seconds + 300, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg, kid: alg }).sign(pair.privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
