import type { WebSocket } from 'ws';
import { DomainError } from '../errors.ts';
import { closeCodes, closeReason } from '../sockets/close-codes.ts';

/** What is told to a client, never more than it can take. */
export interface Outbox {
  tell(event: object): void;
  /** Whose events these are: it is paused while the client cannot keep up. Null: nobody's. */
  pauses(source: { pause(): void; resume(): void } | null): void;
  close(): void;
}

const pauseAboveBytes = 512 * 1024;
const resumeBelowBytes = 128 * 1024;
/** Beyond this the client does not read at all. */
const mostBytes = 2 ** 20;
const stalledMs = 15_000;
const pollMs = 50;

export function createOutbox(socket: WebSocket): Outbox {
  let source: { pause(): void; resume(): void } | null = null;
  let draining: NodeJS.Timeout | undefined;
  let pausedAt = 0;

  const giveUp = () => {
    const error = new DomainError('unavailable', 'Too much waits to be read here. Connect again.');
    socket.close(closeCodes.tryAgainLater, closeReason(error));
    // Its goodbye waits behind all the rest, which nobody reads.
    setTimeout(() => socket.terminate(), 1_000).unref();
  };
  const drained = () => {
    clearInterval(draining);
    draining = undefined;
    source?.resume();
  };
  const watch = () => {
    if (socket.bufferedAmount < resumeBelowBytes) return drained();
    if (Date.now() - pausedAt < stalledMs) return;
    drained();
    giveUp();
  };

  return {
    tell(event) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(event));
      if (socket.bufferedAmount > mostBytes) return giveUp();
      if (draining || socket.bufferedAmount < pauseAboveBytes) return;
      pausedAt = Date.now();
      source?.pause();
      draining = setInterval(watch, pollMs);
    },
    pauses(next) {
      source = next;
      if (draining) source?.pause();
    },
    close: () => clearInterval(draining),
  };
}
