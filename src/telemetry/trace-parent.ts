import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const traceParent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/**
 * The caller's trace, from a `traceparent` header (W3C Trace Context, 3.2), to go on with; the root context when there is
 * none, or none that can be read: a header never makes a request fail (3.2.2).
 */
export function traceParentOf(header: string | string[] | undefined): Context {
  const parts = typeof header === 'string' ? traceParent.exec(header) : null;
  const [, version, traceId = '', spanId = '', flags = '00'] = parts ?? [];
  if (!version || version === 'ff' || (version === '00' && parts?.[0].length !== 55)) return ROOT_CONTEXT;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    // Bit 0 says sampled; later versions may use the others (3.2.2.5).
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  });
}
