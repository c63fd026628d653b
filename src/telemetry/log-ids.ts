import type { FastifyBaseLogger } from 'fastify';
import { currentScope, type Scope } from './scope.ts';

const scopes = new WeakMap<object, Scope>();

/**
 * For pino's `mixin`: the ids of the request, user, session, turn and job that a line is written in. A request's own
 * logger knows its request wherever it is used; any other looks at what runs now. Costs nothing where no line is written.
 */
export function logIds(_details: object, _level: number, logger: object): object {
  // A copy: pino writes the line's own details into it.
  return { ...(scopes.get(logger) ?? currentScope()) };
}

/** For Fastify's `childLoggerFactory`: a request's logger, which `scopeOf` knows. */
export function requestLogger(
  logger: FastifyBaseLogger,
  bindings: Record<string, unknown>,
  options: object,
): FastifyBaseLogger {
  const child = logger.child({}, options);
  const [requestId] = Object.values(bindings);
  scopes.set(child, typeof requestId === 'string' ? { requestId } : {});
  return child;
}

/** The scope of a request; to be filled in as its user and session become known. */
export function scopeOf(request: { id: string; log: object }): Scope {
  const known = scopes.get(request.log);
  if (known) return known;
  const scope = { requestId: request.id };
  scopes.set(request.log, scope);
  return scope;
}
