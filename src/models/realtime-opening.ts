import type { IncomingMessage } from 'node:http';
import { APIConnectionError } from 'openai';
import type WebSocket from 'ws';
import { handshakeRefusal, realtimeProblem, refusalInClose } from './realtime-errors.ts';
import { readServerEvent } from './realtime-events.ts';
import { InvalidReply } from './upstream-errors.ts';

/** More than any refusal that says something. */
const longestRefusal = 16 * 1024;

export interface Opening {
  /** Whether `session.created` is to be waited for. */
  greets: boolean;
  /** Aborting it cuts the socket. */
  signal: AbortSignal;
}

/** Resolves when the session is there. Otherwise rejects as `openRealtime` says; the socket is cut then. */
export async function openingOf(socket: WebSocket, { greets, signal }: Opening): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (_request: unknown, response: IncomingMessage) => void readRefusal(response).then(reject, reject);
  const greet = (data: WebSocket.RawData) => {
    try {
      const event = readServerEvent(data.toString());
      if (event.type === 'error') reject(realtimeProblem(event.error));
      if (event.type === 'session.created') resolve();
    } catch (error) {
      reject(error);
    }
  };
  const open = () => {
    if (!greets) resolve();
  };
  const fail = (cause: Error) => reject(new APIConnectionError({ message: 'no Realtime connection', cause }));
  const close = (_code: number, reason: Buffer) =>
    reject(refusalInClose(reason.toString()) ?? new InvalidReply('a Realtime session that ended before it began'));
  const abort = () => reject(signal.reason);

  socket.on('unexpected-response', refuse).on('open', open).on('message', greet).on('error', fail).on('close', close);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    socket.off('unexpected-response', refuse).off('open', open).off('message', greet);
    socket.off('error', fail).off('close', close);
    signal.removeEventListener('abort', abort);
  }
}

async function readRefusal(response: IncomingMessage): Promise<Error> {
  let body = '';
  for await (const piece of response.setEncoding('utf8')) {
    body += piece;
    if (body.length > longestRefusal) break;
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) if (value) headers.set(name, String(value));
  return handshakeRefusal(response.statusCode ?? 500, body, headers);
}
