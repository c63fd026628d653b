import { z } from 'zod';
import { DomainError, type ErrorCode } from './errors.ts';

/** Never logged, whatever is in it. */
const secret =
  /^(authorization|cookies?|set-cookie|.*token|.*password|.*secret|api_?key|e-?mail|file_?name|prompt|transcript|text|words|body|query|params|url|href|headers|input)$/i;
const longestText = 300;
const mostItems = 20;
const deepest = 4;
const removed = '[removed]';

/** What of a line's details is written: short facts, never documents. */
export function loggable(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [key, describe(key, value, 0)]));
}

function describe(key: string, value: unknown, depth: number): unknown {
  if (secret.test(key)) return removed;
  if (value instanceof Error) return describeError(value, depth);
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (value instanceof Date) return value;
  if (depth >= deepest) return removed;
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => describe('', item, depth + 1));
  // Requests, replies and sockets know too much.
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return removed;
  const entries = Object.entries(value).slice(0, mostItems);
  return Object.fromEntries(entries.map(([name, inner]) => [name, describe(name, inner, depth + 1)]));
}

/** Names that others' errors carry: of codes, tables and the like, never of values. */
const identifier = z.string().regex(/^[A-Za-z][\w.-]{0,63}$/);
const factsSchema = z.looseObject({
  /** An upstream chooses its codes freely: those that look like one, such as `model_not_found`. */
  code: z
    .union([z.string().regex(/^([A-Z\d][A-Z\d_]{1,63}|[A-Z]\w{1,40}|[a-z]+(_[a-z\d]+)+)$/), z.number().int()])
    .optional()
    .catch(undefined),
  status: z.number().int().optional().catch(undefined),
  syscall: identifier.optional().catch(undefined),
  severity: identifier.optional().catch(undefined),
  schema: identifier.optional().catch(undefined),
  table: identifier.optional().catch(undefined),
  column: identifier.optional().catch(undefined),
  constraint: identifier.optional().catch(undefined),
  routine: identifier.optional().catch(undefined),
  requestID: identifier.nullish().catch(undefined),
  meta: z
    .object({ modelName: identifier.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, status, syscall, severity, schema, table, column, constraint, routine, requestID, meta } =
    factsSchema.parse(factsOf(error));
  const facts = {
    code: error instanceof DomainError ? error.code : code,
    status,
    syscall,
    severity,
    schema,
    table,
    column,
    constraint,
    routine,
  };
  const cause = error.cause instanceof Error && depth < deepest ? describeError(error.cause, depth + 1) : undefined;
  const all = {
    type: typeOf(error),
    message: messageOf(error),
    ...facts,
    upstreamRequestId: requestID,
    model: meta?.modelName,
    stack: framesOf(error).join('\n'),
    cause,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

const factNames = Object.keys(factsSchema.shape);

/** Some are getters, which a spread would miss. */
function factsOf(error: Error): Record<string, unknown> {
  return Object.fromEntries(factNames.map((name) => [name, Reflect.get(error, name)]));
}

function typeOf(error: Error): string {
  const { name } = error.constructor;
  return identifier.safeParse(name).data ?? 'Error';
}

/** Of the driver and its pool, which quote nothing. */
const lostConnection =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying)/;

/** What was wrong with an input, where nothing is, and why a model declined are put in the words of others. */
const quoting: ReadonlySet<ErrorCode> = new Set(['invalid_input', 'not_found', 'upstream_refused']);

/** An error's own words, where they can be told: they are ours, or are known to say nothing else. */
export function messageOf(error: Error): string | undefined {
  const { message } = error;
  if (error instanceof DomainError) return quoting.has(error.code) ? undefined : message;
  if (error instanceof DOMException || lostConnection.test(message)) return message;
  if (!(ownWords.has(error.constructor) && framesOf(error)[0]?.includes(`${import.meta.dirname}/`))) return undefined;
  return message.replace(/(["'`“])(?:.|\n)*?["'`”]/g, '$1…$1').slice(0, longestText);
}

/** Thrown by our own code, which says what is the matter, or by the engine in it. */
const ownWords = new Set<unknown>([Error, TypeError, RangeError, ReferenceError]);
const mostFrames = 12;

/** Where it was thrown. The stack begins with the message, which may have any number of lines. */
function framesOf({ stack = '', message }: Error): string[] {
  const after = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : stack;
  const frames = after.split('\n').filter((line) => /^\s+at \S.*:\d+:\d+\)?$/.test(line));
  return frames.slice(0, mostFrames).map((line) => line.trim());
}
