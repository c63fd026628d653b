import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthDeps } from '../auth/auth.ts';
import type { ConversationDeps } from '../conversation/context.ts';
import type { SocketConnection } from './socket-connection.ts';

export interface TrpcContext {
  /** The request, or the handshake of the socket. */
  req: FastifyRequest;
  /** Null over a WebSocket: there is nothing to set a header or a cookie on. */
  res: FastifyReply | null;
  /** Null over HTTP. */
  socket: SocketConnection | null;
  deps: ConversationDeps;
  auth: AuthDeps;
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
}

export type ContextOptions = Pick<TrpcContext, 'req' | 'res'> & Partial<Pick<TrpcContext, 'socket'>>;

/** One per HTTP request, shared by the calls of a batch, and one per socket. */
export function contextFactory(shared: Pick<TrpcContext, 'deps' | 'auth' | 'closing'>) {
  return ({ req, res, socket = null }: ContextOptions): TrpcContext => ({ req, res, socket, ...shared });
}
