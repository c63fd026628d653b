import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireIdentity } from '../auth/plugin.ts';
import type { ConversationCaller, ConversationDeps } from '../conversation/context.ts';

/** Who asks, as the verbs want it; its signal aborts when the client goes away before the answer is complete. */
export function callerOf(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ConversationDeps,
): ConversationCaller & { signal: AbortSignal } {
  const { userId } = requireIdentity(request);
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return { deps, userId, signal: left.signal };
}
