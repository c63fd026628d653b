import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

const clientEvent = z.looseObject({ type: z.string() });
export type ClientEvent = z.output<typeof clientEvent>;

/** One session as the upstream sees it. */
export interface Session {
  model: string | null;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  socket: WebSocket;
  events: ClientEvent[];
  send(event: object): void;
  closed: Promise<unknown>;
}

/** What a session does of itself: `greet` when it opens, `answer` to each client event. */
export interface Script {
  greet?: (session: Session) => void;
  answer?: (event: ClientEvent, session: Session) => void;
  /** Refuses the handshake: status, body, and headers as lines. */
  refuse?: (url: URL) => { status: number; body: string; headers?: string } | undefined;
}

export const greeting = { type: 'session.created', event_id: 'event_1', session: { type: 'realtime', id: 'sess_1' } };

/** A real WebSocket server under `/v1/realtime` that speaks as it is told. */
export async function startRealtimeServer(script: Script = {}) {
  // Over HTTP it has no model at all.
  const server = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end(refusedModel);
  });
  const sockets = new WebSocketServer({ noServer: true });
  const sessions: Session[] = [];
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '', 'http://upstream');
    const refusal = url.pathname === '/v1/realtime' ? script.refuse?.(url) : { status: 404, body: 'no such path' };
    if (refusal) {
      const { status, body, headers = '' } = refusal;
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const session: Session = {
        model: url.searchParams.get('model'),
        query: url.searchParams,
        headers: request.headers,
        socket: ws,
        events: [],
        send: (event) => ws.send(JSON.stringify(event)),
        closed: once(ws, 'close'),
      };
      sessions.push(session);
      ws.on('message', (data) => {
        const event = clientEvent.parse(JSON.parse(data.toString()));
        session.events.push(event);
        script.answer?.(event, session);
      });
      (script.greet ?? (({ send }) => send(greeting)))(session);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    /** Changed while it runs, for what comes next. */
    script,
    sessions,
    async [Symbol.asyncDispose]() {
      for (const { socket } of sessions) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type RealtimeServer = Awaited<ReturnType<typeof startRealtimeServer>>;

export const refusedModel = JSON.stringify({
  error: { type: 'invalid_request_error', code: 'model_not_found', message: 'The model does not exist', param: null },
});
