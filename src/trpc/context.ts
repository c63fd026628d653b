import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthDeps } from '../auth/auth.ts';
import type { ConversationDeps } from '../conversation/context.ts';
import type { Idempotency } from '../idempotency/claim.ts';
import type { LiveRecordingDeps } from '../interview/live-recording/context.ts';
import type { ResumableUploadDeps } from '../interview/resumable-uploads.ts';
import type { CountCall } from '../limits/requests.ts';
import type { SocketConnection } from './socket-connection.ts';

export interface TrpcContext {
  /** The request, or the handshake of the socket. */
  req: FastifyRequest;
  /** Null over a WebSocket: there is nothing to set a header or a cookie on. */
  res: FastifyReply | null;
  /** It is asked again, in another way, if it fails. */
  trial: boolean;
  /** Null over HTTP. */
  socket: SocketConnection | null;
  deps: ConversationDeps & LiveRecordingDeps & ResumableUploadDeps;
  auth: AuthDeps;
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
  /** Of calls beyond the one that each request is counted for. */
  countCall: CountCall;
  /** Null where no keys are taken, as on sockets of a door of its own. */
  idempotency: Idempotency | null;
}

export type ContextOptions = Pick<TrpcContext, 'req' | 'res'> & Partial<Pick<TrpcContext, 'socket' | 'trial'>>;

/** One per HTTP request, shared by the calls of a batch, and one per socket. */
export function contextFactory({
  idempotency = null,
  countCall = async () => undefined,
  ...shared
}: Pick<TrpcContext, 'deps' | 'auth' | 'closing'> & Partial<Pick<TrpcContext, 'idempotency' | 'countCall'>>) {
  return ({ req, res, socket = null, trial = false }: ContextOptions): TrpcContext => ({
    req,
    res,
    socket,
    trial,
    idempotency,
    countCall,
    ...shared,
  });
}
