import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** As nginx's lingering_time: how long a client may go on sending what nobody wants. */
const lingerMs = 30_000;
/** The same when the server is stopping. */
const stoppingLingerMs = 1_000;

/**
 * Reads on when an answer comes before the body has ended, as refusals do. Closed at once, the connection is reset and
 * most clients never see the answer; left alone, it hangs. After 30 s, or when the server stops, it is cut.
 */
export function readUnreadBodies(app: FastifyInstance): void {
  const lingering = new Set<Socket>();
  let stopping = false;
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.readableEnded || raw.destroyed) return;
    raw.unpipe();
    raw.resume();
    if (raw.complete) return;
    const { socket } = raw;
    lingering.add(socket);
    const overdue = setTimeout(() => socket.destroy(), stopping ? stoppingLingerMs : lingerMs);
    raw.once('close', () => {
      clearTimeout(overdue);
      lingering.delete(socket);
    });
  });
  app.addHook('preClose', async () => {
    stopping = true;
    for (const socket of lingering) socket.destroy();
  });
}
