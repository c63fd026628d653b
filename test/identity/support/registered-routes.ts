import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface RegisteredRoute {
  method: string;
  url: string;
  /** Whether handshakes are taken there. */
  socket: boolean;
}

/** Fastify's own word for every instance that is made: https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks */
const channel = 'fastify.initialization';

/** Makes a server and gives with it every route that it registered, of whatever plugin. */
export async function recordingRoutes<Server extends { app: FastifyInstance }>(start: () => Promise<Server>) {
  const byApp = new Map<unknown, RegisteredRoute[]>();
  const record = (message: unknown) => {
    const app: FastifyInstance = Reflect.get(Object(message), 'fastify');
    const routes: RegisteredRoute[] = [];
    byApp.set(app, routes);
    app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
      const socket = config?.maxMessageBytes !== undefined;
      for (const one of [method].flat()) routes.push({ method: one, url, socket });
    });
  };
  subscribe(channel, record);
  try {
    const server = await start();
    return { server, registered: byApp.get(server.app) ?? [] };
  } finally {
    unsubscribe(channel, record);
  }
}
