import { expect, vi } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import type { Viva } from '../../support/viva.ts';

const toldSchema = z.looseObject({ type: z.string() });
export type Told = z.output<typeof toldSchema>;

/** A client of brief 1's socket. */
export interface Conversing extends AsyncDisposable {
  socket: WebSocket;
  told: Told[];
  send(message: object | string): void;
  /** Resolves with the first event of this type that is told from the `after`th on. */
  next(type: string, after?: number): Promise<Told>;
  /** How the connection was closed. */
  closed: Promise<{ code: number; reason: string }>;
}

export async function converse(
  server: Pick<Viva, 'url'>,
  token?: string,
  headers: Record<string, string> = {},
): Promise<Conversing> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/conversation`, {
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
  });
  const told: Told[] = [];
  socket.on('message', (data) => told.push(toldSchema.parse(JSON.parse(data.toString()))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {
    // How it ended is told by `closed`.
  });
  return {
    socket,
    told,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: (type, after = 0) =>
      vi.waitFor(
        () =>
          told.slice(after).find((event) => event.type === type) ??
          expect.fail(
            `no ${type} among ${told
              .slice(after)
              .map((event) => JSON.stringify(event).slice(0, 200))
              .join('\n')}`,
          ),
        { timeout: 10_000, interval: 5 },
      ),
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}

/** The sound that was told from the `after`th event on. */
export function soundOf(told: Told[], after = 0): Buffer {
  const pieces = told.slice(after).filter(({ type }) => type === 'reply.audio.delta');
  return Buffer.concat(pieces.map(({ audioData }) => Buffer.from(String(audioData), 'base64')));
}
