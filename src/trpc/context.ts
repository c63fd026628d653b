import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthDeps } from '../auth/auth.ts';
import type { ConversationDeps } from '../conversation/context.ts';

export interface TrpcContext {
  req: FastifyRequest;
  res: FastifyReply;
  deps: ConversationDeps;
  auth: AuthDeps;
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
}

/** One per HTTP request, shared by the calls of a batch. */
export function contextFactory(shared: Pick<TrpcContext, 'deps' | 'auth' | 'closing'>) {
  return ({ req, res }: Pick<CreateFastifyContextOptions, 'req' | 'res'>): TrpcContext => ({ req, res, ...shared });
}
