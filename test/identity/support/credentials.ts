import { createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type SignedIn, startViva, type Viva } from '../../support/viva.ts';

export const secret = 'the secret of this suite, which is long enough';

/** How a caller presents itself. `token` goes where tokens belong; the rest goes where it says. */
export interface Credential {
  token?: string;
  headers?: Record<string, string>;
  query?: string;
}

export interface World {
  server: Viva;
  /** Whose things are asked for. */
  victim: SignedIn;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const seconds = () => Math.floor(Date.now() / 1_000);

function sign(token: string, changes: object = {}, { key = secret, header = {} } = {}): Promise<string> {
  return new SignJWT({ ...claimsOf(token), ...changes })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header })
    .sign(new TextEncoder().encode(key));
}

/** The same claims, signed with the right key. */
export const signedAgain = (token: string): Promise<string> => sign(token);

const unsigned = (alg: string) => (token: string) => `${encode({ alg, typ: 'JWT' })}.${token.split('.')[1]}.`;

/** RS256 with a key of the forger, who sends the matching public key along (RFC 7515, 4.1.3). */
async function signedByOwnKey(token: string): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const header = { alg: 'RS256', typ: 'JWT', jwk: await exportJWK(publicKey) };
  return new SignJWT(claimsOf(token)).setProtectedHeader(header).sign(privateKey);
}

/** A token that was good, until its user was deleted. */
async function ofDeletedUser({ server }: World): Promise<string> {
  const gone = await server.signIn({ consent: false });
  await server.deps.db.prisma.user.delete({ where: { id: gone.userId } });
  return gone.token;
}

async function ofLoggedOut({ server }: World): Promise<string> {
  const leaving = await server.signIn();
  await leaving.viva.auth.logout.mutate();
  return leaving.token;
}

async function ofExpiredLogin({ server }: World): Promise<string> {
  const late = await server.signIn({ consent: false });
  await server.deps.db.prisma.login.updateMany({ where: { userId: late.userId }, data: { expiresAt: new Date(0) } });
  return late.token;
}

/** The login of one user under the name of another: only who knows the secret can make it, and it is nobody's. */
async function ofTwoUsers({ server, victim }: World): Promise<string> {
  const other = await server.signIn({ consent: false });
  return sign(other.token, { sub: victim.userId });
}

async function refreshToken({ server }: World): Promise<string> {
  const response = await fetch(`${server.url}/api/auth/guest`, { method: 'POST' });
  const tokens: unknown = await response.json();
  return String(Reflect.get(Object(tokens), 'refresh_token'));
}

/** Signed with our secret for another purpose: what a cookie carries is no token. */
const cookieValue = ({ victim }: World) =>
  `${victim.userId}.${createHmac('sha256', secret).update(victim.userId).digest('base64url')}`;

/** Tokens that are none of a caller's: each is refused wherever a token belongs. */
export const badTokens: Record<string, (world: World) => string | Promise<string>> = {
  'garbage for a token': () => 'abc',
  'an expired token': ({ victim }) => sign(victim.token, { iat: seconds() - 1_000, exp: seconds() - 1 }),
  'a token that never expires': ({ victim }) => sign(victim.token, { exp: undefined }),
  'alg: none': ({ victim }) => unsigned('none')(victim.token),
  'alg: NoNe': ({ victim }) => unsigned('NoNe')(victim.token),
  'a token without its signature': ({ victim }) => victim.token.replace(/[^.]+$/, ''),
  'another key': ({ victim }) => sign(victim.token, {}, { key: `${secret}!` }),
  'another algorithm of the right key': ({ victim }) => sign(victim.token, {}, { header: { alg: 'HS512' } }),
  'RS256 where HS256 belongs': ({ victim }) => signedByOwnKey(victim.token),
  'changed claims': ({ victim }) =>
    victim.token.replace(/\.[^.]+\./, `.${encode({ ...claimsOf(victim.token), kind: 'registered' })}.`),
  'a token for another audience': ({ victim }) => sign(victim.token, { aud: 'another' }),
  'a token of another issuer': ({ victim }) => sign(victim.token, { iss: 'another' }),
  'a user that was deleted': ofDeletedUser,
  'a login that was ended': ofLoggedOut,
  'a login that has expired': ofExpiredLogin,
  'the login of another user': ofTwoUsers,
  'a refresh token': refreshToken,
  'a signed cookie for a token': cookieValue,
};

/** A good token where none belongs, or nothing at all: as if nobody had asked. */
export const misplacedTokens: Record<string, (world: World) => Credential> = {
  'no token': () => ({}),
  'a token in the address': ({ victim }) => ({ query: `token=${victim.token}&access_token=${victim.token}` }),
  'a token in other headers': ({ victim: { token } }) => ({
    headers: { 'x-access-token': token, 'x-api-key': token, 'proxy-authorization': `Bearer ${token}` },
  }),
  'a token in other cookies': ({ victim: { token } }) => ({ headers: { cookie: `token=${token}; session=${token}` } }),
};

/** A good token under a scheme or in a shape that is not ours. */
export const misspeltTokens: Record<string, (world: World) => Credential> = {
  'a token without a scheme': ({ victim }) => ({ headers: { authorization: victim.token } }),
  'a token as a password': ({ victim }) => ({
    headers: { authorization: `Basic ${Buffer.from(`viva:${victim.token}`).toString('base64')}` },
  }),
  'two tokens at once': ({ victim }) => ({ headers: { authorization: `Bearer abc, Bearer ${victim.token}` } }),
  'a bad token beside a good cookie': ({ victim }) => ({
    headers: { authorization: 'Bearer abc', cookie: `viva_token=${victim.token}` },
  }),
};

/** A server, and somebody on it who has things. */
export async function startWorld(environment: Record<string, string> = {}): Promise<World> {
  const server = await startViva({ JWT_SECRET: secret, ...environment });
  return { server, victim: await server.signIn() };
}
