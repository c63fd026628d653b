import type OpenAI from 'openai';
import WebSocket from 'ws';
import { withDeadline } from './deadline.ts';
import { type RealtimeServerEvent, readServerEvent } from './realtime-events.ts';
import { openingOf } from './realtime-opening.ts';
import { InvalidReply } from './upstream-errors.ts';

export interface RealtimeMessage {
  /** As it came. */
  readonly text: string;
  /** Read when it is first asked for. Throws `InvalidReply`. */
  readonly event: RealtimeServerEvent;
}

export interface RealtimeClosed {
  /** Of the close frame (RFC 6455 §7.4); 1006 when there was none. */
  code: number;
  /** What the upstream wrote there: for the log, not for users. */
  reason: string;
  /** What went wrong on the way, or what the listener threw. */
  error: Error | null;
}

export interface RealtimeConnection {
  /**
   * Every message goes, in order, to the listener that was set last; those before the first one (`session.created` is
   * among them) are kept for it. A listener that throws ends the connection, with that as its error.
   */
  receive(listener: (message: RealtimeMessage) => void): void;
  /** Stops reading from the upstream, for a listener that cannot keep up; a few messages may still come. */
  pause(): void;
  resume(): void;
  /** Sends an event, or the JSON of one as it is. Does nothing once the connection has closed: `closed` tells. */
  send(event: object | string): void;
  /** Sent, but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Says goodbye; one second later the connection is cut. */
  close(): void;
  /** Never rejects. */
  readonly closed: Promise<RealtimeClosed>;
}

export type RealtimeQuery = { model: string } | { intent: 'transcription' } | { call_id: string };

export interface RealtimeOptions {
  /** Whose address and key are used. */
  client: Pick<OpenAI, 'baseURL' | 'apiKey'>;
  query: RealtimeQuery;
  /** Ends the opening; what is open is ended by `close`. */
  signal?: AbortSignal | undefined;
  /** Until `session.created` is here; for a call's sideband, until the handshake is done. */
  deadlineMs: number;
}

/** 15 MiB of base64 is the most that one event may carry. */
const maxPayload = 16 * 1024 * 1024;
const farewellMs = 1_000;
/** A handful comes before anybody can listen; more are left in the network. */
const mostKept = 64;

/**
 * Opens a Realtime session (GA). Throws what `callUpstream` understands, which is meant to be around it: `APIError` for
 * a refusal of the handshake or a first `error` event (so that a model that is gone gives way to the next),
 * `APIConnectionError`, `InvalidReply`, `DeadlineExceeded`, `CallCancelled`. Elsewhere use `upstreamError`.
 */
export function openRealtime(options: RealtimeOptions): Promise<RealtimeConnection> {
  const { client, query, signal, deadlineMs } = options;
  return withDeadline(deadlineMs, signal, async (bounded) => {
    const socket = new WebSocket(realtimeAddress(client.baseURL, query), {
      headers: { authorization: `Bearer ${client.apiKey}` },
      perMessageDeflate: false,
      maxPayload,
    });
    // Both listen before anything is awaited.
    const connection = connectionOver(socket);
    await openingOf(socket, { greets: !('call_id' in query), signal: bounded });
    return connection;
  });
}

/** `https://host/v1` becomes `wss://host/v1/realtime?…`. */
function realtimeAddress(baseUrl: string, query: RealtimeQuery): string {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/realtime`);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

function messageOf(text: string): RealtimeMessage {
  let read: RealtimeServerEvent | undefined;
  return {
    text,
    get event() {
      read ??= readServerEvent(text);
      return read;
    },
  };
}

function connectionOver(socket: WebSocket): RealtimeConnection {
  const kept: RealtimeMessage[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<RealtimeClosed>();
  let listener: ((message: RealtimeMessage) => void) | undefined;
  let failure: Error | null = null;
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new Error(String(error));
    socket.terminate();
  };
  const deliver = (message: RealtimeMessage) => {
    if (failure) return;
    try {
      listener?.(message);
    } catch (error) {
      fail(error);
    }
  };
  socket.on('message', (data, isBinary) => {
    if (isBinary) return fail(new InvalidReply('a Realtime message in binary'));
    const message = messageOf(data.toString());
    if (listener) return deliver(message);
    if (kept.push(message) >= mostKept) socket.pause();
  });
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.on('close', (code, reason) => resolve({ code, reason: reason.toString(), error: failure }));
  return {
    closed,
    receive(next) {
      listener = next;
      for (const message of kept.splice(0)) deliver(message);
      socket.resume();
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    send(event) {
      if (socket.readyState === WebSocket.OPEN) socket.send(typeof event === 'string' ? event : JSON.stringify(event));
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close() {
      // A paused socket would not see the other side's goodbye.
      socket.resume();
      socket.close(1000);
      const overdue = setTimeout(() => socket.terminate(), farewellMs);
      void closed.then(() => clearTimeout(overdue));
    },
  };
}
