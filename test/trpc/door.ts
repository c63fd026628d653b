import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import { authPlugin } from '../../src/auth/plugin.ts';
import { registerSockets } from '../../src/sockets/plugin.ts';
import { contextFactory } from '../../src/trpc/context.ts';
import { appRouter } from '../../src/trpc/router.ts';
import { trpcSocket } from '../../src/trpc/socket.ts';
import type { SocketLimits } from '../../src/trpc/socket-limits.ts';
import type { Viva } from '../support/viva.ts';

/** Another door for sockets into the same product, with limits that a test can reach. */
export async function openDoor(server: Viva, limits: Partial<SocketLimits>) {
  const { auth, product, cookieSecret } = server.deps;
  const app = Fastify();
  await app.register(cookie, { secret: cookieSecret });
  await app.register(authPlugin, { auth });
  await registerSockets(app, { origins: [] });
  const createContext = contextFactory({ deps: product, auth, closing: new AbortController().signal });
  trpcSocket(app, { router: appRouter, createContext, onError() {}, limits });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, clients: app.websocketServer.clients, [Symbol.asyncDispose]: () => app.close() };
}
