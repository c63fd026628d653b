import { ProxyTracerProvider, type Tracer } from '@opentelemetry/api';

export interface Tracing {
  /** Whether spans go anywhere. */
  exporting: boolean;
  tracer: Tracer;
  /** Sends what is left, for a bounded time. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Base address of an OTLP/HTTP receiver; undefined: nothing is traced, and the API's own no-op tracer stands in. */
  endpoint: string | undefined;
  version: string;
}

/** The SDK is loaded only when there is somewhere to send spans to: a start without it is quicker and smaller. */
export async function createTracing({ endpoint, version }: TracingOptions): Promise<Tracing> {
  if (endpoint === undefined) {
    return { exporting: false, tracer: new ProxyTracerProvider().getTracer('viva'), close: async () => {} };
  }
  const { exportSpans } = await import('./export-spans.ts');
  return exportSpans({ endpoint, version });
}
