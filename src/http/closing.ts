import type { FastifyInstance } from 'fastify';
import { asDomainError, DomainError } from '../errors.ts';

/** How long open requests may take once the server stops. */
const graceMs = 10_000;

/**
 * Lets a server that stops end in order. Streams never end by themselves: the returned signal tells them to. Kept-alive
 * connections are closed as they fall idle, which Node does only once; what is left after 10 s is cut.
 */
export function closeInOrder(app: FastifyInstance): AbortSignal {
  const closing = new AbortController();
  // On a connection that is still open; the supervisor wants to hear how it goes to the end.
  app.addHook('onRequest', (request, _reply, done) => {
    if (!closing.signal.aborted || request.url.startsWith('/health/')) return done();
    done(asDomainError(closing.signal.reason));
  });
  app.addHook('preClose', async () => {
    closing.abort(new DomainError('unavailable', 'The server is restarting. Connect again in a moment.'));
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    const overdue = setTimeout(() => app.server.closeAllConnections(), graceMs);
    app.server.once('close', () => {
      clearInterval(idle);
      clearTimeout(overdue);
    });
  });
  return closing.signal;
}
