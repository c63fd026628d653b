import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocketServer } from 'ws';
import { DomainError } from '../errors.ts';
import { closeCodes, closeReason } from './close-codes.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Makes a route one for WebSockets, and bounds a single message of its clients. */
    maxMessageBytes?: number;
  }
}

/** How long the other side may take to answer a close frame. */
const closeTimeoutMs = 5_000;
/** How long a route may take to say goodbye by itself when the server stops, and then again for the close frames. */
const goodbyeMs = 1_500;

const handshakeMs = 10_000;
const restarting = new DomainError('unavailable', 'The server is restarting. Connect again in a moment.');
const refusal =
  'HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\nContent-Length: ';

export interface SocketOptions {
  /** Pages of these origins may connect, beside those of this host. `*` allows all. */
  origins: string[];
}

/**
 * WebSockets for the whole app, to be registered before any route. A route becomes one for sockets by
 * `{ config: { maxMessageBytes }, wsHandler }`; handshakes anywhere else are refused like any wrong address, and all pass
 * the same hooks as requests. When the server stops, routes may end their sockets; the rest is closed with 1012.
 */
export async function registerSockets(app: FastifyInstance, { origins }: SocketOptions): Promise<void> {
  const options = { closeTimeout: closeTimeoutMs, perMessageDeflate: false, handleProtocols };
  await app.register(websocket, {
    options,
    errorHandler(error, socket, request) {
      // Of what a client sends wrongly, it has been told by a close code of its own.
      const ours = socket.readyState === socket.OPEN;
      request.log[ours ? 'error' : 'info']({ err: error }, 'a socket failed');
      if (ours) socket.close(closeCodes.broken);
    },
    preClose: () => closeSockets(app, handshakes),
  });
  const handshakes = followHandshakes(app);
  boundMessages(app);
  app.addHook('onRequest', async (request, reply) => {
    if (!request.ws) return;
    // For refusals: Node reads no further requests from a connection that asked for an upgrade.
    reply.header('connection', 'close');
    refuseForeignOrigin(request, origins);
    if (request.is404 || request.routeOptions.config.maxMessageBytes) return;
    throw new DomainError('not_found', `There is no WebSocket at ${request.url.split('?')[0]}.`);
  });
}

/** The first subprotocol on offer that carries no secret: `bearer.<token>` and the like must not be sent back. */
function handleProtocols(offered: Set<string>): string | false {
  return [...offered].find((protocol) => !protocol.includes('.')) ?? false;
}

/** One server for all routes, each with its own bound: it is read while a handshake is completed, in the same tick. */
function boundMessages(app: FastifyInstance): void {
  const bounds = new WeakMap<IncomingMessage, number>();
  app.addHook('preHandler', async (request) => {
    const { maxMessageBytes } = request.routeOptions.config;
    if (request.ws && maxMessageBytes) bounds.set(request.raw, maxMessageBytes);
  });
  const { websocketServer } = app;
  websocketServer.on('headers', (_headers, request) => {
    websocketServer.options.maxPayload = bounds.get(request) ?? 1;
  });
}

/** Browsers tell the origin of a page; other clients tell none. Cookies are never looked at, so this is a second bolt. */
function refuseForeignOrigin(request: FastifyRequest, origins: string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return;
  if (URL.parse(origin)?.host === request.host) return;
  throw new DomainError('forbidden', 'Pages of this origin may not connect. Add it to CORS_ORIGINS on the server.');
}

/**
 * Every connection that asked for an upgrade. From then on none of Node's time limits for HTTP holds, and nothing closes
 * one that was refused, so until it is a WebSocket it may be silent for so long only.
 */
function followHandshakes({ server }: FastifyInstance): Set<Duplex> {
  const open = new Set<Duplex>();
  server.on('upgrade', (_request, socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A WebSocket takes the limit off again.
    if (socket instanceof Socket) socket.setTimeout(handshakeMs, () => socket.destroy());
  });
  return open;
}

async function closeSockets({ server, websocketServer }: FastifyInstance, handshakes: Set<Duplex>): Promise<void> {
  const body = JSON.stringify({ error: restarting.toPublic() });
  server.removeAllListeners('upgrade');
  server.on('upgrade', (_request, socket) =>
    socket.end(`${refusal}${body.length}\r\n\r\n${body}`, () => socket.destroy()),
  );
  await emptied(websocketServer);
  for (const socket of websocketServer.clients) socket.close(closeCodes.restarting, closeReason(restarting));
  await emptied(websocketServer);
  for (const socket of handshakes) socket.destroy();
}

async function emptied({ clients }: WebSocketServer): Promise<void> {
  for (const overdue = Date.now() + goodbyeMs; clients.size > 0 && Date.now() < overdue; ) await sleep(10);
}
