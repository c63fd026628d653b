import { SpanStatusCode } from '@opentelemetry/api';
import { ATTR_RPC_METHOD, ATTR_RPC_SYSTEM_NAME } from '@opentelemetry/semantic-conventions';
import { ATTR_SESSION_ID, ATTR_USER_ID } from '@opentelemetry/semantic-conventions/incubating';
import { asDomainError } from '../errors.ts';
import type { Metrics } from './metrics.ts';
import { activeContext, contextOf, currentScope, runIn, type Scope } from './scope.ts';
import type { Tracing } from './tracing.ts';

export interface ObservedCall {
  /** `sessions.create`. */
  path: string;
  /** What is known of the request or socket that it came by. */
  scope: Scope;
  /** It is asked again, in another way, if it fails: then only that counts. */
  trial: boolean;
}

/** Runs a procedure in a span and a log scope of its own, whatever transport it came by, and counts how it ended. */
export type ObserveCall = <T extends { ok: boolean }>(
  call: ObservedCall,
  run: () => Promise<T>,
  errorOf: (result: T) => unknown,
) => Promise<T>;

export function createObserveCall({ tracer, exporting }: Tracing, metrics: Metrics): ObserveCall {
  return async ({ path, scope, trial }, run, errorOf) => {
    const startedAt = performance.now();
    const span = tracer.startSpan(
      path,
      { attributes: { [ATTR_RPC_SYSTEM_NAME]: 'trpc', [ATTR_RPC_METHOD]: path } },
      activeContext(),
    );
    if (scope.userId) span.setAttribute(ATTR_USER_ID, scope.userId);
    if (scope.sessionId) span.setAttribute(ATTR_SESSION_ID, scope.sessionId);
    const known: Scope = { ...currentScope(), ...scope };
    // Over a socket there is no request around the call that would have told.
    if (exporting) known.traceId ??= span.spanContext().traceId;
    let outcome = 'ok';
    try {
      const result = await runIn(contextOf(known, span), run);
      if (!result.ok) outcome = asDomainError(errorOf(result)).code;
      return result;
    } finally {
      if (outcome === 'ok' || !trial) {
        metrics.procedures.record((performance.now() - startedAt) / 1_000, { rpc_method: path, outcome });
      }
      if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      if (outcome === 'rate_limited') metrics.refusedByLimit.add(1, { at: path });
      span.end();
    }
  };
}
