import { SpanStatusCode } from '@opentelemetry/api';
import { asDomainError } from '../errors.ts';
import { TryAgainLater } from '../interview/work.ts';
import type { Metrics } from './metrics.ts';
import { activeContext, contextOf, currentScope, runIn, type Scope } from './scope.ts';
import type { Tracing } from './tracing.ts';

/**
 * Runs background work of a kind (few, fixed names) in a span and a log scope of its own, and counts how it ended. `ids`
 * tell whom it is for. Rejects as the work does.
 */
export type Observed = <T>(kind: string, work: () => Promise<T>, ids?: Omit<Scope, 'job'>) => Promise<T>;

export function createObserved({ tracer }: Tracing, metrics: Metrics): Observed {
  return async (kind, work, ids) => {
    const startedAt = performance.now();
    const attributes = { kind };
    const span = tracer.startSpan(`job ${kind}`, { attributes: { 'viva.job.kind': kind } }, activeContext());
    metrics.activeJobs.add(1, attributes);
    let outcome = 'done';
    try {
      return await runIn(contextOf({ ...currentScope(), ...ids, job: kind }, span), work);
    } catch (error) {
      // The code says enough: messages may quote what somebody said.
      outcome = error instanceof TryAgainLater ? 'again' : asDomainError(error).code;
      span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      throw error;
    } finally {
      metrics.activeJobs.add(-1, attributes);
      metrics.jobs.record((performance.now() - startedAt) / 1_000, { kind, outcome });
      span.end();
    }
  };
}
