import type { EventEmitter } from 'node:events';
import { type Context, createContextKey, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/** What is being done, and for whom: every log line within carries it. Ids only, never words. */
export interface Scope {
  requestId?: string;
  userId?: string;
  sessionId?: string;
  turnId?: string;
  /** The tRPC procedures of a request, comma-separated. */
  procedure?: string;
  /** The kind of a job. */
  job?: string;
  jobId?: string;
  /** Only while traces are exported. */
  traceId?: string;
}

/** Of this process, like the asynchronous contexts that it follows. Not the API's global one: nothing is registered. */
const contexts = new AsyncLocalStorageContextManager().enable();
const scopeKey = createContextKey('viva scope');

/** The scope of whatever runs now; undefined outside of any. */
export function currentScope(): Scope | undefined {
  const scope = contexts.active().getValue(scopeKey);
  // Only `contextOf` sets this key.
  return scope as Scope | undefined;
}

/** The OpenTelemetry context of whatever runs now: the parent of new spans. */
export const activeContext = (): Context => contexts.active();

/** A context to run work in: with this scope, and with this span as the parent of new ones (null: none). */
export function contextOf(scope: Scope, span: Span | null): Context {
  const context = ROOT_CONTEXT.setValue(scopeKey, scope);
  return span ? trace.setSpan(context, span) : context;
}

/** Runs work, and everything that it starts, in a context. */
export function runIn<T>(context: Context, work: () => T): T {
  return contexts.with(context, work);
}

/** Makes everything that listens to the emitter from now on run in the context. */
export function bindTo(context: Context, emitter: EventEmitter): void {
  contexts.bind(context, emitter);
}
