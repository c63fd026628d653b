import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import WebSocket from 'ws';
import type { Guest } from '../support/server-process.ts';

/** Somebody who holds a connection and gives, or takes, next to nothing. */
export interface Idler {
  /** What the server answered, as far as it was read. */
  answer(): string;
  open(): boolean;
  leave(): void;
}

const eventBytes = 1_024;

/** A finished turn with so many events of a kilobyte, as a long conversation leaves them. */
export async function writeHistory(pool: Pool, sessionId: string, events: number): Promise<void> {
  await pool.query(
    `with turn as (
       insert into turns (id, session_id, state, lease_until, ended_at)
       values (gen_random_uuid(), $1, 'ended', now(), now()) returning id
     )
     insert into turn_events (session_id, id, turn_id, event)
     select $1, number, turn.id, jsonb_build_object('type', 'reply-delta', 'turnId', turn.id, 'text', repeat('x', $3))
     from turn, generate_series(1, $2::int) number`,
    [sessionId, events, eventBytes],
  );
}

const head = (method: string, path: string, url: URL, guest: Guest, more: string[] = []) =>
  [`${method} ${path} HTTP/1.1`, `host: ${url.host}`, `authorization: Bearer ${guest.token}`, ...more, '', ''].join(
    '\r\n',
  );

function idler(socket: Socket): Idler & { socket: Socket } {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => (text += String(chunk).slice(0, 2_000)));
  // Whatever the server does to it shows in `open`.
  socket.on('error', () => {});
  return { socket, answer: () => text, open: () => !socket.destroyed, leave: () => socket.destroy() };
}

/** Asks for everything from the first event on over server-sent events, and reads the head only. */
export async function stalledStream(url: string, guest: Guest, sessionId: string): Promise<Idler> {
  const address = new URL(url);
  const socket = connect(Number(address.port), address.hostname);
  const reader = idler(socket);
  await once(socket, 'connect');
  const input = encodeURIComponent(JSON.stringify({ sessionId, lastEventId: 0 }));
  socket.write(head('GET', `/trpc/chat.onEvent?input=${input}`, address, guest, ['accept: text/event-stream']));
  await once(socket, 'data');
  socket.pause();
  return reader;
}

/** The same over a WebSocket. */
export async function stalledSocket(url: string, guest: Guest, sessionId: string): Promise<Idler> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/trpc`, {
    headers: { authorization: `Bearer ${guest.token}` },
  });
  socket.on('error', () => {});
  await once(socket, 'open');
  const input = { sessionId, lastEventId: 0 };
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'chat.onEvent', input } }));
  await once(socket, 'message');
  socket.pause();
  return {
    answer: () => '',
    open: () => socket.readyState === WebSocket.OPEN,
    leave: () => socket.terminate(),
  };
}

/** Sends a byte of its recording now and then, until it is answered or leaves. */
export async function tricklingUpload(url: string, guest: Guest, questionId: string): Promise<Idler> {
  const address = new URL(url);
  const socket = connect(Number(address.port), address.hostname);
  const sender = idler(socket);
  await once(socket, 'connect');
  const boundary = 'trickle';
  const type = [`content-type: multipart/form-data; boundary=${boundary}`, 'content-length: 40000000'];
  socket.write(head('POST', `/upload/answers/${questionId}`, address, guest, type));
  socket.write(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF`);
  void (async () => {
    while (!socket.destroyed && socket.writable) {
      socket.write('x');
      await sleep(500);
    }
  })();
  return sender;
}
