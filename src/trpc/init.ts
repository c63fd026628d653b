import { initTRPC, TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
// What a middleware returns that answers without asking the next one carries this mark; it has no other home.
import { middlewareMarker } from '@trpc/server/unstable-core-do-not-import';
import { ZodError } from 'zod';
import { requireIdentity } from '../auth/plugin.ts';
import type { ConversationCaller } from '../conversation/context.ts';
import { asDomainError, DomainError, type ErrorCode, errorTable } from '../errors.ts';
import { claimCall, repeatCall, settleCall } from '../idempotency/calls.ts';
import { scopeOf } from '../telemetry/log-ids.ts';
import { sessionNamedIn } from '../telemetry/session-named.ts';
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

/** Every call is watched: with the ids of who calls, and of the session that its input names. */
const watched = t.procedure.use(async ({ ctx, path, getRawInput, next }) => {
  const { req, socket, trial, deps } = ctx;
  // What cannot be read is refused further on, where the input is wanted.
  const sessionId = sessionNamedIn(await getRawInput().catch(() => undefined));
  const userId = req.identity?.userId;
  const request = scopeOf(req);
  const scope = { ...request, ...(userId && { userId }), ...(sessionId && { sessionId }) };
  const result = await deps.telemetry.call({ path, scope, trial }, next, (ended) => (ended.ok ? null : ended.error));
  // A request's own line tells of its calls; a socket has too many for one.
  if (socket === null && (result.ok || !trial)) {
    request.sessionId ??= scope.sessionId;
    request.procedure = request.procedure ? `${request.procedure},${path}` : path;
  }
  return result;
});

/** Errors of the product become tRPC errors with the same code as on REST. */
const refusing = watched.use(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const known = domainErrorOf(result.error);
  if (known) throw toTrpc(known);
  return result;
});

/** A request is counted when it comes: of a batch that is its first call, of a socket its handshake. */
const counted = refusing.use(async ({ ctx, batchIndex, next }) => {
  if (ctx.socket || batchIndex > 0) await ctx.countCall(ctx.req);
  return next();
});

/** Mutations take an `Idempotency-Key`: of the user where one is signed in for sure, else of the address. */
const takingKeys = (owner: (ctx: TrpcContext) => string | null) =>
  t.middleware(async ({ ctx, type, path, batchIndex, getRawInput, signal, next }) => {
    if (type !== 'mutation') return next();
    const { req, res, idempotency } = ctx;
    const call = { req, res, idempotency, owner: owner(ctx), path, batchIndex, getRawInput, signal };
    const claim = await claimCall(call);
    if (!claim) return next();
    if (claim.answer) {
      const outcome = repeatCall(call, claim.answer);
      if ('error' in outcome) throw outcome.error;
      return { ok: true, data: outcome.data, marker: middlewareMarker };
    }
    const result = await next();
    await settleCall(claim.hold, result.ok ? { data: result.data } : { error: domainErrorOf(result.error) }, signal);
    return result;
  });

/** For anybody. */
export const publicProcedure = counted.use(takingKeys(() => null));

/** For a signed-in user; verbs get the caller. */
export const procedure = counted
  .use(async ({ ctx, next, signal }) => {
    const identity = requireIdentity(ctx.req);
    const caller: ConversationCaller & { deps: TrpcContext['deps'] } = {
      deps: ctx.deps,
      userId: identity.userId,
      ...(signal && { signal }),
    };
    return next({ ctx: { identity, caller } });
  })
  .use(takingKeys(({ req }) => `user:${requireIdentity(req).userId}`));
