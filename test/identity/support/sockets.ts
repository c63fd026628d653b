import { once } from 'node:events';
import WebSocket from 'ws';
import type { Input } from '../entry.ts';
import { procedureTypes } from '../procedures.ts';
import type { Credential } from './credentials.ts';

/** Where the clients of a socket put their token. */
export const tokenPlaces = ['header', 'connection parameters', 'subprotocol', 'cookie'] as const;
export type TokenPlace = (typeof tokenPlaces)[number];

export interface SocketTalk {
  /** What the server said, read as JSON. */
  messages: unknown[];
  /** How it was closed; null when we closed it. */
  closed: { code: number; reason: string } | null;
}

interface Handshake {
  path: string;
  credential: Credential;
  place: TokenPlace;
  /** The prefix of the subprotocol that carries a token. */
  prefix?: string;
}

/** Connects and says one thing; listens until the server closes, or until `enough` has come. */
export async function talkOnce(
  url: string,
  { path, credential, place, prefix = 'bearer.' }: Handshake,
  say: object,
  enough: (message: unknown) => boolean,
): Promise<SocketTalk> {
  const { token, query, headers = {} } = credential;
  const address = new URL(path, url.replace(/^http/, 'ws'));
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value);
  if (token !== undefined && place === 'connection parameters') address.searchParams.set('connectionParams', '1');
  const given: Record<string, string> = { ...headers };
  if (token !== undefined && place === 'header') given.authorization = `Bearer ${token}`;
  // A page of this host: nowhere else is a cookie looked at, and there for reading only.
  if (token !== undefined && place === 'cookie') Object.assign(given, { cookie: `viva_token=${token}`, origin: url });
  const protocols = token !== undefined && place === 'subprotocol' ? ['viva', `${prefix}${token}`] : [];
  const socket = new WebSocket(address, protocols, { headers: given });
  const messages: unknown[] = [];
  let ours = false;
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(String(data));
    messages.push(message);
    if (!enough(message)) return;
    ours = true;
    socket.close();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(socket, 'open');
  if (token !== undefined && place === 'connection parameters') {
    socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
  }
  socket.send(JSON.stringify(say));
  const how = await closed;
  return { messages, closed: ours ? null : how };
}

/** A call of a procedure as tRPC sends it. */
export const procedureCall = (name: string, input: Input | undefined) => ({
  id: 1,
  method: procedureTypes.get(name),
  params: { path: name, input: input ?? {} },
});
