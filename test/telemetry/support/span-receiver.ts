import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, vi } from 'vitest';
import { z } from 'zod';

const value = z
  .object({ stringValue: z.string(), intValue: z.coerce.number(), doubleValue: z.number(), boolValue: z.boolean() })
  .partial()
  .transform((any) => any.stringValue ?? any.intValue ?? any.doubleValue ?? any.boolValue);
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((list) => Object.fromEntries(list.map((one) => [one.key, one.value])));
const nanoseconds = z.union([z.string(), z.number()]).transform((text) => BigInt(text));

/** A span as OTLP has it in JSON (opentelemetry-proto, trace.proto, and the OTLP specification's JSON mapping). */
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  status: z.object({ code: z.number().optional(), message: z.string().optional() }),
});
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

export type ReceivedSpan = z.output<typeof span>;

export interface SpanReceiver extends AsyncDisposable {
  url: string;
  spans: ReceivedSpan[];
  /** Everything received, as it came. */
  bodies: string[];
  resources: Record<string, unknown>[];
  /** The first span that matches, as soon as it has come. */
  find(what: string, matches: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
}

/** An OpenTelemetry collector's door for traces: takes OTLP/HTTP in JSON, and refuses anything that is not that. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const resources: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request);
    const text = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
    const fits = request.method === 'POST' && request.url === '/v1/traces';
    const parsed = fits ? exported.safeParse(JSON.parse(text)) : null;
    if (!parsed?.success) return response.writeHead(400).end(String(parsed?.error));
    bodies.push(text);
    for (const { resource, scopeSpans } of parsed.data.resourceSpans) {
      resources.push(resource.attributes);
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    resources,
    find: (what, matches) =>
      vi.waitFor(
        () => spans.find(matches) ?? expect.fail(`no ${what} among ${spans.map(({ name }) => name).join(', ')}`),
        { timeout: 15_000, interval: 50 },
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
