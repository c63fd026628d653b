import type { WebSocket } from 'ws';
import { unauthenticated } from '../auth/refusals.ts';
import { closeCodes } from '../sockets/close-codes.ts';
import type { SocketConnection } from './socket-connection.ts';
import type { SocketLimits } from './socket-limits.ts';

/** tRPC's own message to a client: open another connection, move your subscriptions there, then close this one. */
const reconnect = JSON.stringify({ id: null, method: 'reconnect' });

/** Finds out about peers that are gone, and lets no socket outlive the right to it by more than a stream over SSE. */
export function limitLifetime(socket: WebSocket, connection: SocketConnection, limits: SocketLimits): void {
  let unanswered = 0;
  const heard = () => {
    unanswered = 0;
  };
  socket.on('pong', heard);
  socket.on('message', heard);
  const pinging = setInterval(() => {
    if (unanswered === 2) socket.terminate();
    else socket.ping();
    unanswered += 1;
  }, limits.pingEveryMs);
  const moving = setTimeout(() => socket.send(reconnect), limits.maxAgeMs - limits.moveBeforeMs);
  const ending = setTimeout(() => connection.end(unauthenticated(), closeCodes.unauthenticated), limits.maxAgeMs);
  socket.once('close', () => {
    clearInterval(pinging);
    clearTimeout(moving);
    clearTimeout(ending);
  });
}
