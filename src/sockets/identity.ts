import type { FastifyRequest } from 'fastify';
import type { AuthDeps } from '../auth/auth.ts';
import { authenticate } from '../auth/authenticate.ts';

const tokenProtocol = 'bearer.';

/**
 * Finds out who has connected: by the `Authorization` header of the handshake, or for browsers, which cannot set it, by
 * `token` in tRPC's connection parameters, or by a subprotocol `bearer.<token>` beside another one. As over HTTP, a bad
 * token is an error only to what asks for the identity.
 */
export async function identify(
  request: FastifyRequest,
  auth: AuthDeps,
  params: NodeJS.Dict<string> | null,
): Promise<void> {
  if (request.headers.authorization !== undefined) return;
  const token = params?.token ?? tokenOfProtocol(request.headers['sec-websocket-protocol']);
  if (!token) return;
  try {
    request.identity = await authenticate(auth, { authorization: `Bearer ${token}` });
  } catch (error) {
    request.identityError = error;
  }
}

function tokenOfProtocol(offered: string | undefined): string | undefined {
  const protocols = offered?.split(',').map((protocol) => protocol.trim());
  return protocols?.find((protocol) => protocol.startsWith(tokenProtocol))?.slice(tokenProtocol.length);
}
