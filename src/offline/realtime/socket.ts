import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Behaviour } from '../behaviour.ts';
import type { OfflineVoice } from '../voice.ts';
import { badRequest, toWireError, WireError } from '../wire-error.ts';
import type { Calls } from './calls.ts';
import { maxMessageBytes } from './client-events.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { type ConnectedClient, type ConnectionKind, connect } from './connection.ts';
import { chooseSession, presentedKey } from './handshake.ts';
import { openSession, type RealtimeSession } from './session.ts';

export interface RealtimeDoor {
  /** Cuts every socket. */
  close(): void;
}

interface DoorDeps {
  apiKey: string;
  behaviour: Behaviour;
  voice: OfflineVoice;
  secrets: ClientSecrets;
  calls: Calls;
}

/** Opens `GET /v1/realtime` to WebSockets. A handshake is refused over HTTP, with the error as its JSON body. */
export function openRealtimeDoor(server: Server, deps: DoorDeps): RealtimeDoor {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // Of a browser's list, the key must not be echoed.
    handleProtocols: (offered) => offered.has('realtime') && 'realtime',
  });
  server.on('upgrade', (request, socket, head) => {
    // A caller that leaves during the handshake has nothing more to be told.
    socket.on('error', () => socket.destroy());
    admit(request, socket, deps)
      .then((open) => {
        if (open) sockets.handleUpgrade(request, socket, head, open);
      })
      .catch((error: unknown) => refuse(request, socket, toWireError(error)));
  });
  return {
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** What to do with the socket once it is open; null when somebody else has answered. Throws a `WireError`. */
async function admit(
  request: IncomingMessage,
  socket: Duplex,
  deps: DoorDeps,
): Promise<((socket: WebSocket) => void) | null> {
  const { behaviour } = deps;
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== '/v1/realtime') throw new WireError(404, `Invalid URL (GET ${url.pathname})`);
  const key = presentedKey(request);
  const secretSession = deps.secrets.find(key);
  if (key !== deps.apiKey && !secretSession) {
    throw new WireError(401, 'Incorrect or missing API key.', { code: 'invalid_api_key' });
  }
  if (request.headers['openai-beta']?.includes('realtime=v1')) {
    const message =
      'The Realtime Beta API is no longer supported: leave out the OpenAI-Beta header and use the GA API.';
    throw badRequest(message, undefined, 'beta_api_shape_disabled');
  }
  const query = Object.fromEntries(url.searchParams);
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const call = { endpoint: 'realtime' as const, model: query.model ?? null, body: query, file: null };
  const reaction = (await behaviour.before?.({ ...call, signal: gone.signal })) ?? {};
  if (reaction.take) {
    await reaction.take(responseOn(request, socket));
    return null;
  }
  if (query.call_id !== undefined) {
    const session = deps.calls.find(query.call_id);
    return (open) => attach(open, session, 'sideband', behaviour);
  }
  const config = chooseSession(query, secretSession, behaviour);
  return (open) => attach(open, openSession(deps, config), 'socket', behaviour);
}

function attach(socket: WebSocket, session: RealtimeSession, kind: ConnectionKind, behaviour: Behaviour): void {
  let client: ConnectedClient | null = null;
  socket.on('message', (data, isBinary) => client?.receive(isBinary ? new Uint8Array() : data.toString()));
  socket.on('close', () => client?.left());
  // The close that follows is all that matters.
  socket.on('error', () => socket.terminate());
  const wire = {
    send: (text: string) => socket.send(text),
    close: (code?: number, reason?: string) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
  client = connect(session, kind, wire, behaviour.onRealtimeEvent);
}

function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // The upgrade hands over what was an ordinary connection until then.
  Reflect.apply(response.assignSocket, response, [socket]);
  response.once('finish', () => socket.end());
  return response;
}

function refuse(request: IncomingMessage, socket: Duplex, { status, body }: WireError): void {
  if (socket.destroyed) return;
  responseOn(request, socket).writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
