import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { Tracing } from './tracing.ts';

/** A receiver that hangs must not hold up the end of the process. */
const farewellMs = 2_000;
const batchEveryMs = 1_000;

/**
 * Spans in batches to `<endpoint>/v1/traces` (OTLP specification, "OTLP/HTTP Request"). A receiver that fails or hangs
 * costs spans, nothing else. The exporter itself reads OTEL_EXPORTER_OTLP_HEADERS, where receivers want a key.
 */
export function exportSpans({ endpoint, version }: { endpoint: string; version: string }): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 5_000 });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'viva',
      [ATTR_SERVICE_VERSION]: version,
      [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: batchEveryMs })],
    // Bounds what a mistake could send.
    spanLimits: { attributeCountLimit: 32, attributeValueLengthLimit: 256, eventCountLimit: 16 },
  });
  return {
    exporting: true,
    tracer: provider.getTracer('viva', version),
    async close() {
      const closed = provider.shutdown().catch(() => {
        // The receiver is gone: spans are worth less than an orderly end.
      });
      await Promise.race([closed, sleep(farewellMs, undefined, { ref: false })]);
    },
  };
}
