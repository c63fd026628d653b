import { initTRPC, TRPCError } from '@trpc/server';
import { requireIdentity } from '../auth/plugin.ts';
import { asDomainError, type DomainError, errorTable } from '../errors.ts';
import type { Caller } from '../interview/context.ts';
import type { TrpcContext } from './context.ts';

const toTrpc = (error: DomainError) =>
  new TRPCError({ code: errorTable[error.code].trpc, message: error.message, cause: error });

/** Zod's refusal of an input arrives as BAD_REQUEST; everything else is what a verb threw. */
function domainErrorOf(error: TRPCError): DomainError | null {
  if (error.cause) return asDomainError(error.cause);
  return error.code === 'INTERNAL_SERVER_ERROR' ? asDomainError(error) : null;
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
    if (!known) return { ...shape, data: { ...shape.data, error: null } };
    const { status, trpc } = errorTable[known.code];
    return {
      ...shape,
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
  const caller: Caller = { deps: ctx.deps, userId: identity.userId, ...(signal && { signal }) };
  return next({ ctx: { identity, caller } });
});
