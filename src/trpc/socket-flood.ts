import type { Encoder } from '@trpc/server/adapters/ws';
import type { WebSocket } from 'ws';
import { DomainError } from '../errors.ts';
import { refuseDeepJson } from '../json-depth.ts';
import { closeCodes } from '../sockets/close-codes.ts';
import type { SocketConnection } from './socket-connection.ts';
import type { SocketLimits } from './socket-limits.ts';

/** Counts so many calls more. */
export type FloodGate = (calls: number) => void;

/** Closes a socket on which more arrives in a second than a client can mean. Every message counts, whatever is in it. */
export function floodGate(socket: WebSocket, connection: SocketConnection, limits: SocketLimits): FloodGate {
  let second = 0;
  let calls = 0;
  const gate = (more: number) => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) calls = 0;
    second = now;
    calls += more;
    if (calls <= limits.callsPerSecond) return;
    const error = new DomainError('rate_limited', 'Too many messages. Slow down, then connect again.');
    connection.refuse(error, closeCodes.policy);
  };
  for (const frame of ['message', 'ping', 'pong']) socket.on(frame, () => gate(1));
  return gate;
}

/** JSON in text frames, as tRPC's own, with an eye on how many calls come in and how much waits to go out. */
export function boundedEncoder(connection: SocketConnection, gate: FloodGate): Encoder {
  return {
    encode(data) {
      connection.boundQueue();
      return JSON.stringify(data);
    },
    decode(data) {
      if (typeof data !== 'string') throw new Error('binary messages are not understood here');
      refuseDeepJson(data);
      const message: unknown = JSON.parse(data);
      if (Array.isArray(message)) gate(message.length - 1);
      return message;
    },
  };
}
