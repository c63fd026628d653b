import type { IncomingMessage } from 'node:http';
import { type Context, type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
} from '@opentelemetry/semantic-conventions';
import { ATTR_SESSION_ID, ATTR_USER_ID } from '@opentelemetry/semantic-conventions/incubating';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { scopeOf } from './log-ids.ts';
import { bindTo, contextOf, runIn } from './scope.ts';
import { sessionNamedIn } from './session-named.ts';
import type { Telemetry } from './telemetry.ts';
import { traceParentOf } from './trace-parent.ts';

const uploading = /^(multipart\/form-data|application\/offset\+octet-stream)\b/i;
/** Asked every few seconds by machines: told only when something is wrong. */
const probes = /^\/(health\/|metrics$)/;

interface Seen {
  context: Context;
  span: Span;
  startedAt: number;
  upload: boolean;
  socket: boolean;
}

/**
 * Every request, before anything else looks at it: its id goes back as `x-request-id`, its work runs in a span (which goes
 * on with the caller's `traceparent`) and a log scope, and its end is counted and logged in one line, without its address,
 * its query or its body. A socket is a request that ends when it closes. To be registered first.
 */
export function observeRequests(app: FastifyInstance, telemetry: Telemetry): void {
  const { metrics, tracing } = telemetry;
  const seen = new WeakMap<FastifyRequest, Seen>();
  const sockets = new WeakMap<IncomingMessage, Context>();

  app.addHook('onRequest', (request, reply, done) => {
    const route = routeOf(request);
    const attributes = { [ATTR_HTTP_REQUEST_METHOD]: request.method, [ATTR_HTTP_ROUTE]: route };
    const parent = traceParentOf(tracing.exporting ? request.headers.traceparent : undefined);
    const span = tracing.tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    const scope = scopeOf(request);
    if (tracing.exporting) scope.traceId = span.spanContext().traceId;
    const context = contextOf(scope, span);
    const upload = uploading.test(request.headers['content-type'] ?? '');
    const socket = request.headers.upgrade?.toLowerCase() === 'websocket';
    const known = { context, span, startedAt: performance.now(), upload, socket };
    seen.set(request, known);
    if (socket) sockets.set(request.raw, context);
    else metrics.activeRequests.add(1);
    if (upload) metrics.uploads.add(1);
    reply.header('x-request-id', request.id);
    // `finish` never comes for a client that left, nor for a socket.
    reply.raw.once('close', () => ended(request, reply, known, telemetry));
    runIn(context, done);
  });

  // By now it is known who asks, and for what. A body that arrived has left the context: it is entered again.
  app.addHook('preValidation', (request, _reply, done) => {
    const known = seen.get(request);
    if (!known) return done();
    tellWho(request);
    const scope = scopeOf(request);
    scope.sessionId ??= sessionNamedIn(request.params) ?? sessionNamedIn(request.query) ?? sessionNamedIn(request.body);
    runIn(known.context, done);
  });

  app.addHook('onReady', async () => {
    const { websocketServer } = app;
    // Before its route listens to it: messages come out of nowhere otherwise.
    websocketServer.prependListener('connection', (socket, request) => {
      const context = sockets.get(request);
      if (context) bindTo(context, socket);
    });
    telemetry.meter
      .createObservableGauge('viva_sockets_open', { description: 'Open WebSockets' })
      .addCallback((result) => result.observe(websocketServer.clients.size));
  });
}

/** Refused before anybody looked who asks, or not: see `authPlugin`. */
function tellWho(request: FastifyRequest): void {
  const userId = request.identity?.userId;
  if (userId) scopeOf(request).userId = userId;
}

/** Of any other address not even the path is told: it may hold anything. */
const routeOf = (request: FastifyRequest) => (request.is404 ? '(none)' : (request.routeOptions.url ?? '(none)'));

function ended(request: FastifyRequest, reply: FastifyReply, seen: Seen, { metrics }: Telemetry): void {
  const { span, startedAt, upload, socket } = seen;
  const { method } = request;
  const route = routeOf(request);
  const durationMs = performance.now() - startedAt;
  const opened = socket && !reply.raw.headersSent;
  // 499 is nginx's for a client that left before its answer.
  const status = opened ? 101 : reply.raw.headersSent ? reply.statusCode : 499;
  if (!socket) metrics.activeRequests.add(-1);
  if (upload) metrics.uploads.add(-1);
  // How long a socket or a stream was open would drown what requests take.
  const streamed = String(reply.raw.getHeader('content-type')).startsWith('text/event-stream');
  if (!opened && !streamed) metrics.requests.record(durationMs / 1_000, { method, route, status });
  if (status === 429) metrics.refusedByLimit.add(1, { at: route });

  tellWho(request);
  const { userId, sessionId } = scopeOf(request);
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (userId) span.setAttribute(ATTR_USER_ID, userId);
  if (sessionId) span.setAttribute(ATTR_SESSION_ID, sessionId);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
  if (probes.test(route) && status < 500) return;
  const line = { method, route, status, durationMs: Math.round(durationMs * 10) / 10 };
  request.log.info(line, opened ? 'socket closed' : 'request finished');
}
