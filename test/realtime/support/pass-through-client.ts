import { once } from 'node:events';
import { expect, vi } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { z } from 'zod';

const event = z.looseObject({ type: z.string() });
export type WireEvent = z.output<typeof event>;

const errorShape = z.object({
  type: z.literal('error'),
  event_id: z.string(),
  error: z.object({
    type: z.string(),
    code: z.string().nullable(),
    message: z.string(),
    param: z.string().nullable(),
    event_id: z.string().nullable(),
  }),
});

export interface PassThroughClient {
  socket: WebSocket;
  /** What came, in order. */
  events: WireEvent[];
  send(event: object | string): void;
  /** Resolves with the first event of this type. */
  first(type: string): Promise<WireEvent>;
  /** Resolves with the first error, in OpenAI's shape. */
  error(): Promise<z.output<typeof errorShape>['error']>;
  closed: Promise<{ code: number; reason: string }>;
}

export interface ConnectOptions extends ClientOptions {
  query?: Record<string, string>;
  protocols?: string[];
}

/** A client that speaks OpenAI's Realtime protocol by hand, and so can break every rule. */
export async function connect(
  url: string,
  token: string | null,
  { query = {}, protocols = [], ...options }: ConnectOptions = {},
): Promise<PassThroughClient> {
  const address = new URL('/realtime', url.replace(/^http/, 'ws'));
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  const identity = token !== null && { headers: { authorization: `Bearer ${token}` } };
  const socket = new WebSocket(address, protocols, { ...identity, ...options });
  const events: WireEvent[] = [];
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on('message', (data) => events.push(event.parse(JSON.parse(String(data)))));
  socket.on('close', (code, reason) => closed.resolve({ code, reason: String(reason) }));
  await once(socket, 'open');
  // Everything later shows in `closed`.
  socket.on('error', () => {});
  const find = (type: string) => events.find((one) => one.type === type);
  const first = async (type: string) => {
    // Whoever waits in vain is told at once.
    await vi.waitUntil(() => find(type) ?? socket.readyState === socket.CLOSED, { timeout: 15_000, interval: 5 });
    return find(type) ?? expect.fail(`no ${type} among ${JSON.stringify(events).slice(0, 1_000)}`);
  };
  return {
    socket,
    events,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    first,
    error: async () => errorShape.parse(await first('error')).error,
    closed: closed.promise,
  };
}

/** A session that is ready. */
export async function talk(url: string, token: string, options?: ConnectOptions): Promise<PassThroughClient> {
  const client = await connect(url, token, options);
  await client.first('session.created');
  return client;
}

/** A typed question, and what asks for its answer. */
export function ask(client: PassThroughClient, text: string): void {
  const content = [{ type: 'input_text', text }];
  client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  client.send({ type: 'response.create' });
}
