import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../errors.ts';
import { refuseDeepJson } from '../json-depth.ts';

/** How patient the server is with what comes in, and with those who do not take what goes out. */
export interface HttpBounds {
  /** From the connection, or the end of the request before, until the headers are there. */
  headersMs: number;
  /** For a body that is no file. */
  bodyMs: number;
  /** For a request as a whole: uploads may take long; what trickles is ended by its own rule. */
  requestMs: number;
  /** A connection without a request. Longer than proxies keep one, so that it is they who close it. */
  keepAliveMs: number;
  /** For how long a client may take nothing of an answer that waits for it. */
  stalledMs: number;
  /** How often connections are looked at. */
  checkEveryMs: number;
  headerBytes: number;
  connections: number;
}

export const defaultBounds: HttpBounds = {
  headersMs: 20_000,
  bodyMs: 30_000,
  requestMs: 600_000,
  keepAliveMs: 72_000,
  stalledMs: 60_000,
  checkEveryMs: 5_000,
  headerBytes: 16_384,
  connections: 10_000,
};

/** For the making of the server. Node has no bound on a whole request by default, and looks every 30 s. */
export function serverOptions(bounds: HttpBounds) {
  return {
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.keepAliveMs,
    http: {
      headersTimeout: bounds.headersMs,
      connectionsCheckingInterval: bounds.checkEveryMs,
      maxHeaderSize: bounds.headerBytes,
    },
  };
}

/** To be called before any route and any parser of the app's own. */
export function boundRequests(app: FastifyInstance, bounds: HttpBounds): void {
  app.server.maxConnections = bounds.connections;
  refuseDeepBodies(app);
  endSlowBodies(app, bounds.bodyMs);
  endStalledReaders(app, bounds);
}

/** Fastify's parser for JSON, behind a look at its depth. tRPC has one of its own: see `refuseDeepCalls`. */
function refuseDeepBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    try {
      refuseDeepJson(body);
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    return parse(request, body, done);
  });
}

/** For the scope of tRPC, which parses bodies and `?input=` by itself. */
export function refuseDeepCalls(scope: FastifyInstance): void {
  scope.addHook('preValidation', async ({ body, query }) => {
    if (typeof body === 'string') refuseDeepJson(body);
    if (typeof query === 'object' && query !== null && 'input' in query) {
      for (const input of [query.input].flat()) if (typeof input === 'string') refuseDeepJson(input);
    }
  });
}

/** Their pace is watched where they are received. */
const files = /^(multipart|audio|video)\/|octet-stream/i;

/** What is no file has to be there in time: a body that trickles must not hold a connection for as long as an upload may. */
function endSlowBodies(app: FastifyInstance, withinMs: number): void {
  app.addHook('preParsing', async ({ raw, headers }, _reply, payload) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (!hasBody || raw.complete || files.test(headers['content-type'] ?? '')) return payload;
    const overdue = setTimeout(() => {
      if (raw.complete) return;
      const error = new DomainError('upload_too_slow', 'The body of the request took too long to arrive.');
      // Whoever reads the body takes this for its end, and answers. What nobody reads needs no answer any more.
      if (payload.listenerCount('error') > 0) payload.emit('error', error);
      else raw.destroy();
    }, withinMs);
    const stop = () => clearTimeout(overdue);
    payload.once('end', stop);
    payload.once('close', stop);
    return payload;
  });
}

/**
 * Cuts off who takes nothing of an answer: a stream's generator waits for its reader, and would wait for ever. One who waits
 * for an answer may be silent. A WebSocket has rules of its own, which are stricter.
 */
function endStalledReaders({ server }: FastifyInstance, { stalledMs }: HttpBounds): void {
  const asking = new WeakSet<Socket>();
  server.on('request', ({ socket }, response) => {
    asking.add(socket);
    response.once('close', () => asking.delete(socket));
  });
  // Node tells this of sockets that did nothing at all: none of what waits has been taken, or, between two requests, nothing came.
  server.setTimeout(stalledMs, (socket) => {
    if (socket.writableLength > 0 || !asking.has(socket)) socket.destroy();
  });
}
