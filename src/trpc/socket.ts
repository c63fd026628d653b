import type { TRPCError } from '@trpc/server';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { asDomainError, DomainError } from '../errors.ts';
import { closeCodes } from '../sockets/close-codes.ts';
import { identify } from '../sockets/identity.ts';
import { createPlaces, type Places } from '../sockets/places.ts';
import type { contextFactory, TrpcContext } from './context.ts';
import type { AppRouter } from './router.ts';
import { createSocketConnection, type SocketConnection } from './socket-connection.ts';
import { boundedEncoder, floodGate } from './socket-flood.ts';
import { limitLifetime } from './socket-lifetime.ts';
import { defaultSocketLimits, type SocketLimits } from './socket-limits.ts';

export interface TrpcSocketOptions {
  router: AppRouter;
  createContext: ReturnType<typeof contextFactory>;
  onError(failure: { error: TRPCError; path: string | undefined }): void;
  limits?: Partial<SocketLimits>;
}

interface Serving extends TrpcSocketOptions {
  limits: SocketLimits;
  places: Places;
}

/** Every procedure and subscription over one WebSocket at `/trpc`. Register `registerSockets` before. */
export function trpcSocket(scope: FastifyInstance, options: TrpcSocketOptions): void {
  const limits = { ...defaultSocketLimits, ...options.limits };
  const serving: Serving = { ...options, limits, places: createPlaces(limits.socketsPerUser) };
  scope.route({
    method: 'GET',
    url: '/trpc',
    schema: { hide: true },
    config: { maxMessageBytes: limits.messageBytes },
    handler: (_request, reply) => reply.callNotFound(),
    wsHandler: (socket, request) => serve(socket, request, serving),
  });
}

function serve(socket: WebSocket, request: FastifyRequest, serving: Serving): void {
  const { router, createContext, limits, onError } = serving;
  const connection = createSocketConnection(socket, limits);
  const gate = floodGate(socket, connection, limits);
  limitLifetime(socket, connection, limits);
  const signInOverdue = setTimeout(() => {
    connection.refuse(
      new DomainError('unauthenticated', 'The first message, with the token, did not come in time.'),
      closeCodes.policy,
    );
  }, limits.signInMs);
  socket.once('close', () => clearTimeout(signInOverdue));

  const onConnection = getWSConnectionHandler({
    wss: request.server.websocketServer,
    router,
    maxBatchSize: limits.subscriptions,
    experimental_encoder: boundedEncoder(connection, gate),
    async createContext({ info }) {
      const context = createContext({ req: request, res: null, socket: connection });
      clearTimeout(signInOverdue);
      await identify(request, context.auth, info.connectionParams);
      admit(socket, context, connection, serving.places);
      return context;
    },
    onError({ error, path }) {
      // What a client does against the protocol has closed the socket already, and is no failure of ours.
      if (isProtocolError(error.cause)) return;
      onError({ error, path });
      const refusal = asDomainError(request.identityError ?? error);
      // Who has connected is found out once: for another answer the client has to connect again.
      if (refusal.code === 'unauthenticated') connection.end(refusal, closeCodes.unauthenticated);
      else if (request.identityError) connection.end(refusal, closeCodes.tryAgainLater);
    },
  });
  onConnection(socket, request.raw);
}

const isProtocolError = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && String(cause.code).startsWith('WS_ERR_');

/** Gives the socket its place among its user's, for as long as the login lasts and the server runs. Throws `rate_limited`. */
function admit(socket: WebSocket, { req, auth, closing }: TrpcContext, connection: SocketConnection, places: Places) {
  const place = places.take(req.identity?.userId ?? req.ip);
  if (!place) {
    const error = new DomainError('rate_limited', 'Too many connections are open already. Close one of them first.');
    setImmediate(() => connection.refuse(error, closeCodes.policy));
    throw error;
  }
  const login = auth.logins.watch(req.identity?.loginId ?? null, req.identity?.userId);
  const loggedOut = () => connection.end(asDomainError(login.signal.reason), closeCodes.unauthenticated);
  const stopped = () => connection.end(asDomainError(closing.reason), closeCodes.restarting);
  const leave = () => {
    place[Symbol.dispose]();
    login[Symbol.dispose]();
    closing.removeEventListener('abort', stopped);
  };
  if (socket.readyState === socket.CLOSED) return leave();
  login.signal.addEventListener('abort', loggedOut);
  closing.addEventListener('abort', stopped);
  if (closing.aborted) stopped();
  socket.once('close', leave);
}
