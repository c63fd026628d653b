import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import type { WebSocket } from 'ws';
import { authPlugin } from '../../../src/auth/plugin.ts';
import type { UpstreamAccess } from '../../../src/models/call.ts';
import type { RealtimeLimits } from '../../../src/realtime/pass-through/limits.ts';
import { realtimePassThrough } from '../../../src/realtime/pass-through/socket.ts';
import { registerSockets } from '../../../src/sockets/plugin.ts';
import type { Viva } from '../../support/viva.ts';

/** Another door to the same server, with other limits and, if need be, another upstream. */
export async function openPassThrough(
  { deps }: Viva,
  limits: Partial<RealtimeLimits>,
  upstream: UpstreamAccess = deps.realtimeUpstream,
) {
  const { product, auth } = deps;
  const app = Fastify();
  await app.register(cookie);
  await app.register(authPlugin, { auth });
  await registerSockets(app, { origins: [] });
  await app.register(async (scope) =>
    realtimePassThrough(scope, { product, auth, upstream, closing: new AbortController().signal, limits }),
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    sockets: (): Iterable<WebSocket> => app.websocketServer.clients,
    [Symbol.asyncDispose]: () => app.close(),
  };
}
