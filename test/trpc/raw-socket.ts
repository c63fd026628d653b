import { once } from 'node:events';
import { vi } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';

export interface RawSocket {
  socket: WebSocket;
  /** What came, in order, read as JSON. */
  messages: unknown[];
  send(message: unknown): void;
  /** Resolves with a message that has these properties, the first of them. */
  next(matching: (message: unknown) => boolean): Promise<unknown>;
  closed: Promise<{ code: number; reason: string }>;
}

export interface RawSocketOptions extends ClientOptions {
  /** Sent as the first message, as browsers do. */
  params?: Record<string, string>;
  /** Announces that first message, and never sends it. */
  silent?: boolean;
  protocols?: string[];
}

/** A client that speaks tRPC's wire by hand, and so can break every rule. Rejects when the handshake is refused. */
export async function connect(
  url: string,
  { params, silent, protocols, ...options }: RawSocketOptions = {},
): Promise<RawSocket> {
  const address = `${url.replace(/^http/, 'ws')}/trpc${params || silent ? '?connectionParams=1' : ''}`;
  const socket = new WebSocket(address, protocols ?? [], options);
  const messages: unknown[] = [];
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on('message', (data) => String(data) !== 'PONG' && messages.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => closed.resolve({ code, reason: String(reason) }));
  await once(socket, 'open');
  // Everything later shows in `closed`.
  socket.on('error', () => {});
  if (params) socket.send(JSON.stringify({ method: 'connectionParams', data: params }));
  return {
    socket,
    messages,
    send: (message) => socket.send(JSON.stringify(message)),
    next: (matching) =>
      vi.waitFor(
        () => {
          const found = messages.find(matching);
          if (!found) throw new Error(`not among ${JSON.stringify(messages).slice(0, 500)}`);
          return found;
        },
        { timeout: 10_000, interval: 5 },
      ),
    closed: closed.promise,
  };
}

export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** A call as tRPC sends it. */
export const call = (id: number, method: 'query' | 'mutation' | 'subscription', path: string, input?: unknown) => ({
  id,
  method,
  params: { path, input },
});

export const subscribe = (id: number, sessionId: string, lastEventId?: string) => ({
  id,
  method: 'subscription',
  params: { path: 'chat.onEvent', input: { sessionId }, ...(lastEventId !== undefined && { lastEventId }) },
});

/** Whether a message answers this call; null: one that could not be read. */
export const answers = (id: number | null) => (message: unknown) => Reflect.get(Object(message), 'id') === id;
