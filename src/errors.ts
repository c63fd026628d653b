import { z } from 'zod';

/**
 * Every refusal a user can meet. One table maps a code to its HTTP status and its tRPC code, so
 * that the same mistake answers alike on every surface.
 */
export const errorTable = {
  invalid_input: { status: 400, trpc: 'BAD_REQUEST' },
  unauthenticated: { status: 401, trpc: 'UNAUTHORIZED' },
  forbidden: { status: 403, trpc: 'FORBIDDEN' },
  consent_required: { status: 403, trpc: 'FORBIDDEN' },
  not_found: { status: 404, trpc: 'NOT_FOUND' },
  upload_too_slow: { status: 408, trpc: 'TIMEOUT' },
  conflict: { status: 409, trpc: 'CONFLICT' },
  session_ended: { status: 409, trpc: 'CONFLICT' },
  nothing_answered: { status: 409, trpc: 'CONFLICT' },
  gone: { status: 410, trpc: 'NOT_FOUND' },
  precondition_failed: { status: 412, trpc: 'PRECONDITION_FAILED' },
  too_large: { status: 413, trpc: 'PAYLOAD_TOO_LARGE' },
  unsupported_media: { status: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE' },
  range_not_satisfiable: { status: 416, trpc: 'BAD_REQUEST' },
  recording_damaged: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  recording_too_long: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  no_speech: { status: 422, trpc: 'UNPROCESSABLE_CONTENT' },
  locked: { status: 423, trpc: 'CONFLICT' },
  rate_limited: { status: 429, trpc: 'TOO_MANY_REQUESTS' },
  internal: { status: 500, trpc: 'INTERNAL_SERVER_ERROR' },
  upstream_failed: { status: 502, trpc: 'BAD_GATEWAY' },
  upstream_refused: { status: 502, trpc: 'BAD_GATEWAY' },
  unavailable: { status: 503, trpc: 'SERVICE_UNAVAILABLE' },
  upstream_timeout: { status: 504, trpc: 'GATEWAY_TIMEOUT' },
  storage_full: { status: 507, trpc: 'INTERNAL_SERVER_ERROR' },
} as const;

export type ErrorCode = keyof typeof errorTable;

export const errorCodeSchema = z.custom<ErrorCode>(
  (code) => typeof code === 'string' && Object.hasOwn(errorTable, code),
);

/** What a user may see of an error, the same on every surface. */
export interface PublicError {
  code: ErrorCode;
  message: string;
  /** Field paths and what is wrong with each, for `invalid_input`. */
  issues?: { path: string; message: string }[];
  /** How long to wait before trying again, in milliseconds, where that is known. */
  retryAfterMs?: number;
}

export interface DomainErrorOptions {
  /** The original error: logged, never shown. */
  cause?: unknown;
  issues?: PublicError['issues'];
  /** How long to wait before trying again, in milliseconds; becomes `Retry-After`. */
  retryAfterMs?: number;
}

/** A refusal with a message a person can act on. The message is shown; the cause is only logged. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly issues: PublicError['issues'];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.issues = options.issues;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return errorTable[this.code].status;
  }

  toPublic(): PublicError {
    const { code, message, issues, retryAfterMs } = this;
    return { code, message, ...(issues && { issues }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

const databaseDown = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  // Two transactions stood in each other's way, and this one gave in: nothing of it was written.
  '40P01',
  '40001',
  'P2034',
]);

/** A row that it belongs to is no longer there: Prisma's and PostgreSQL's words for it. */
const ownerGone = new Set(['P2003', '23503', 'ForeignKeyConstraintViolation']);

/** What Prisma has no code of its own for: PostgreSQL's lies further in. */
const unnamedByPrisma = z.object({
  code: z.enum(['P2010', 'P2039']),
  meta: z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) }),
});

/** The driver's code, wherever Prisma wrapped it. */
function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  const { data: unnamed } = unnamedByPrisma.safeParse(error);
  if (unnamed) return unnamed.meta.driverAdapterError.cause.originalCode;
  if ('code' in error && error.code) return error.code;
  if ('kind' in error && error.kind) return error.kind;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}

/** What is told to the user about anything that was thrown. What we did not foresee says nothing of its cause. */
export function asDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof z.ZodError) return invalidInput(error);
  if (error instanceof Error && error.cause instanceof DomainError) return error.cause;
  const code = String(codeOf(error));
  if (ownerGone.has(code)) {
    return new DomainError('gone', 'What this belongs to was deleted meanwhile.', { cause: error });
  }
  const lostDatabase =
    databaseDown.has(code) ||
    (error instanceof Error &&
      /connection ?(terminated|timeout|closed|ended)|timeout exceeded|server has closed the connection|not queryable/i.test(
        error.message,
      ));
  if (lostDatabase) {
    return new DomainError('unavailable', 'The database cannot do this at the moment. Try again shortly.', {
      cause: error,
      retryAfterMs: 2_000,
    });
  }
  return new DomainError('internal', 'Something went wrong on the server. It has been logged.', { cause: error });
}

/** The first mistake is the message; all of them are listed. */
export function invalidInput(error: z.ZodError): DomainError {
  const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = issues;
  const message = first ? (first.path ? `${first.path}: ${first.message}` : first.message) : 'The input is not valid.';
  return new DomainError('invalid_input', message, { issues });
}
