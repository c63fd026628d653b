import { initTRPC, TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { ZodError } from 'zod';
import { requireIdentity } from '../auth/plugin.ts';
import type { ConversationCaller } from '../conversation/context.ts';
import { asDomainError, DomainError, type ErrorCode, errorTable } from '../errors.ts';
import type { TrpcContext } from './context.ts';

const toTrpc = (error: DomainError) =>
  new TRPCError({ code: errorTable[error.code].trpc, message: error.message, cause: error });

/** Zod's refusal of an input arrives as BAD_REQUEST; anywhere else it is our own mistake. Null: tRPC itself refused. */
function domainErrorOf(error: TRPCError): DomainError | null {
  const { cause, code } = error;
  if (cause instanceof DomainError || (code === 'BAD_REQUEST' && cause instanceof ZodError))
    return asDomainError(cause);
  if (code !== 'INTERNAL_SERVER_ERROR') return null;
  return asDomainError(cause instanceof ZodError ? error : (cause ?? error));
}

/** Refusals of tRPC itself, in our words. */
const protocolErrors: Partial<Record<TRPCError['code'], [ErrorCode, string]>> = {
  PARSE_ERROR: ['invalid_input', 'The input is not valid JSON.'],
  BAD_REQUEST: ['invalid_input', 'The request could not be understood. Send JSON, and at most 20 calls in a batch.'],
  NOT_FOUND: ['not_found', 'There is no such procedure.'],
  METHOD_NOT_SUPPORTED: ['invalid_input', 'Send queries with GET and mutations with POST.'],
  UNSUPPORTED_MEDIA_TYPE: ['unsupported_media', 'Send JSON (application/json).'],
  PAYLOAD_TOO_LARGE: ['too_large', 'The request body is too large.'],
};

function protocolError(error: TRPCError): DomainError | null {
  const refusal = protocolErrors[error.code];
  return refusal ? new DomainError(...refusal) : null;
}

const t = initTRPC.context<TrpcContext>().create({
  isDev: false,
  // The client reconnects with its present token, so no stream outlives the right to it by much.
  sse: {
    maxDurationMs: 900_000,
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 45_000 },
  },
  errorFormatter({ shape, error }) {
    const known = domainErrorOf(error);
    if (!known) {
      const refusal = protocolError(error)?.toPublic() ?? null;
      return { ...shape, message: refusal?.message ?? shape.message, data: { ...shape.data, error: refusal } };
    }
    const { status, trpc } = errorTable[known.code];
    return {
      ...shape,
      // What a stream throws has passed no middleware, and a client would take it for a failure that passes.
      code: TRPC_ERROR_CODES_BY_KEY[trpc],
      message: known.message,
      data: { ...shape.data, code: trpc, httpStatus: status, error: known.toPublic() },
    };
  },
});

export const router = t.router;

/** Errors of the product become tRPC errors with the same code as on REST. */
export const publicProcedure = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const known = domainErrorOf(result.error);
  if (known) throw toTrpc(known);
  return result;
});

/** For a signed-in user; verbs get the caller. */
export const procedure = publicProcedure.use(async ({ ctx, next, signal }) => {
  const identity = requireIdentity(ctx.req);
  const caller: ConversationCaller = { deps: ctx.deps, userId: identity.userId, ...(signal && { signal }) };
  return next({ ctx: { identity, caller } });
});
