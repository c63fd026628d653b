import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export async function openSocket(server: string): Promise<Socket> {
  const { hostname, port } = new URL(server);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** A request head as bytes; `lines` are headers as they go over the wire. */
export function head(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: 'viva', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends everything before it reads anything, as simple clients do, and returns all that came until the connection closed. */
export async function sendThenRead(socket: Socket, pieces: Iterable<Uint8Array | string>): Promise<string> {
  socket.pause();
  for (const piece of pieces) {
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  const received: Uint8Array[] = [];
  for await (const chunk of socket) {
    received.push(chunk);
    // One complete answer is enough; keeping the connection open is allowed.
    if (/\r\n\r\n\{.*\}$/s.test(Buffer.concat(received).toString())) break;
  }
  return Buffer.concat(received).toString();
}
