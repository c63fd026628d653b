import type { Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createObserved, type Observed } from './jobs.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createObserveCall, type ObserveCall } from './procedures.ts';
import { observeProcess } from './process-metrics.ts';
import { createTracing, type Tracing } from './tracing.ts';
import { createObserveTurn, type ObserveTurn } from './turns.ts';
import { createObserveUpstream, type ObserveUpstream } from './upstream.ts';

/** How the server is watched: spans, which go out only where there is a receiver, and metrics, which are always on. */
export interface Telemetry {
  tracing: Tracing;
  metrics: Metrics;
  /** For what is read when somebody asks: see `gauges.ts`. */
  meter: Meter;
  observed: Observed;
  call: ObserveCall;
  turn: ObserveTurn;
  upstream: ObserveUpstream;
  /** Counts a subscription as open until it is disposed of. */
  subscriptionOpened(transport: 'sse' | 'websocket'): Disposable;
  /** All metrics in Prometheus' text format, version 0.0.4. */
  scrape(): Promise<string>;
  /** Sends what spans are left. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  /** Of this software. */
  version: string;
}

/** Nothing is registered globally: each server has telemetry of its own, also where several share a process. */
export async function createTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { version } = options;
  const tracing = await createTracing({ endpoint: options.OTEL_EXPORTER_OTLP_ENDPOINT, version });
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('viva', version);
  const metrics = createMetrics(meter);
  const process = observeProcess(meter);
  // Neither the resource nor the scope says anything that a scrape's own labels do not.
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  return {
    tracing,
    metrics,
    meter,
    observed: createObserved(tracing, metrics),
    call: createObserveCall(tracing, metrics),
    turn: createObserveTurn(tracing, metrics),
    upstream: createObserveUpstream(tracing, metrics),
    subscriptionOpened(transport) {
      metrics.subscriptions.add(1, { transport });
      return { [Symbol.dispose]: () => metrics.subscriptions.add(-1, { transport }) };
    },
    async scrape() {
      const { resourceMetrics } = await reader.collect();
      return `${serializer.serialize(resourceMetrics)}\n`;
    },
    async close() {
      process[Symbol.dispose]();
      await tracing.close();
    },
  };
}
