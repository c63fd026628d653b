import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { clearAccessCookie, setAccessCookie } from '../auth/cookie.ts';
import { tokensSchema } from '../auth/schemas.ts';
import { DomainError, errorCodeSchema } from '../errors.ts';
import type { Answer, Claim, Idempotency } from './claim.ts';
import { parseIdempotencyKey } from './key.ts';
import { credentialOf, ownerOf } from './owner.ts';
import { answerNotKept, isKept } from './refusals.ts';
import { replayedHeader } from './stored-response.ts';

/** One call of tRPC, maybe of a batch. */
export interface Call {
  req: FastifyRequest;
  res: FastifyReply | null;
  idempotency: Idempotency | null;
  /** `user:<id>`, or null for a procedure that answers without a sign-in. */
  owner: string | null;
  path: string;
  batchIndex: number;
  getRawInput(): Promise<unknown>;
  signal: AbortSignal | undefined;
}

/** What a call came to. */
export type Outcome = { data: unknown } | { error: DomainError };

const storedOutcome = z.object({
  data: z.unknown().optional(),
  error: z
    .object({
      code: errorCodeSchema,
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    })
    .optional(),
});

/**
 * The claim of a mutation that came over HTTP with an `Idempotency-Key`; null without one. A batch has one key for all its
 * calls, each of which has its own by its place. Sockets carry no header per call, so their calls take no keys. Throws
 * what `Idempotency.claim` throws, and `invalid_input` for a bad key.
 */
export async function claimCall(call: Call): Promise<Claim | null> {
  const { req, res, idempotency, owner, path, batchIndex } = call;
  const header = req.headers['idempotency-key'];
  if (header === undefined || !res || !idempotency) return null;
  const key = parseIdempotencyKey(header);
  const input = await call.getRawInput();
  return idempotency.claim({
    owner: ownerOf(req, owner, key),
    key: batchIndex === 0 ? key : `${key} ${batchIndex}`,
    operation: JSON.stringify(['tRPC', path, input ?? null, credentialOf(req, owner)]),
    signal: call.signal ?? new AbortController().signal,
  });
}

/** Keeps what a call came to, if it is to be repeated. `error` is null for what tRPC itself refused. */
export async function settleCall(
  hold: NonNullable<Claim['hold']>,
  outcome: { data: unknown } | { error: DomainError | null },
  signal: AbortSignal | undefined,
): Promise<void> {
  if ('data' in outcome) return hold.keep({ status: 200, content: Buffer.from(JSON.stringify(outcome)) });
  const { error } = outcome;
  // An error may only mean that the client left.
  if (!error || signal?.aborted || !isKept({ code: error.code, again: error.retryAfterMs !== undefined })) {
    return hold.release();
  }
  const content = Buffer.from(JSON.stringify({ error: error.toPublic() }));
  await hold.keep({ status: error.status, content });
}

/** What the same call came to before, its cookie included. In a streamed batch the header may come too late to be sent. */
export function repeatCall({ res, path }: Pick<Call, 'res' | 'path'>, { content }: Answer): Outcome {
  res?.header(replayedHeader, 'true');
  if (!content) throw answerNotKept();
  const { data, error } = storedOutcome.parse(JSON.parse(Buffer.from(content).toString()));
  if (error) return { error: new DomainError(error.code, error.message, error.issues && { issues: error.issues }) };
  const tokens = tokensSchema.safeParse(data);
  if (res && tokens.success) setAccessCookie(res, tokens.data.token, tokens.data.expiresAt);
  if (res && path === 'auth.logout') clearAccessCookie(res);
  return { data };
}
