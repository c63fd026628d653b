import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { DomainError } from '../errors.ts';
import { type CloseCode, closeCodes, closeReason } from '../sockets/close-codes.ts';
import type { SocketLimits } from './socket-limits.ts';

/** How long subscriptions may take to tell their last error before their socket is closed. */
const goodbyeMs = 1_000;
const pollMs = 20;

/** One client's WebSocket, as the subscriptions on it see it. */
export interface SocketConnection {
  /** Aborts when the socket is about to close; the reason is the error to tell. */
  ending: AbortSignal;
  /** Counts a subscription until it is disposed of. Throws `conflict` beyond the limit. */
  openStream(): Disposable;
  /** Resolves once the client has read enough to be sent more. */
  room(): Promise<void>;
  /** Closes the socket if more waits to be sent than may. */
  boundQueue(): void;
  /** Hears nothing more, tells the open subscriptions why, then closes. */
  end(error: DomainError, code: CloseCode): void;
  /** Hears nothing more, and closes at once. */
  refuse(error: DomainError, code: CloseCode): void;
}

/** Has to be made before anything else listens to the socket. */
export function createSocketConnection(socket: WebSocket, limits: SocketLimits): SocketConnection {
  const ending = new AbortController();
  let streams = 0;
  let draining: Promise<void> | undefined;

  async function end(error: DomainError, code: CloseCode): Promise<void> {
    if (ending.signal.aborted) return;
    ending.abort(error);
    socket.removeAllListeners('message');
    for (const overdue = Date.now() + goodbyeMs; streams > 0 && Date.now() < overdue; ) await sleep(pollMs);
    // What failed in this tick is still being answered.
    await new Promise(setImmediate);
    socket.close(code, closeReason(error));
  }

  function refuse(error: DomainError, code: CloseCode): void {
    socket.removeAllListeners('message');
    socket.close(code, closeReason(error));
    ending.abort(error);
  }

  const tooSlow = () =>
    refuse(
      new DomainError('unavailable', 'Too much waits to be read here. Connect again: what was missed is replayed.'),
      closeCodes.tryAgainLater,
    );

  async function drain(): Promise<void> {
    let queued = socket.bufferedAmount;
    let movedAt = Date.now();
    while (queued > limits.pauseAboveBytes && socket.readyState === socket.OPEN && !ending.signal.aborted) {
      await sleep(pollMs);
      if (socket.bufferedAmount < queued) movedAt = Date.now();
      else if (Date.now() - movedAt > limits.stalledMs) tooSlow();
      queued = socket.bufferedAmount;
    }
    draining = undefined;
  }

  return {
    ending: ending.signal,
    openStream() {
      if (streams >= limits.subscriptions) {
        throw new DomainError('conflict', `Only ${limits.subscriptions} subscriptions may be open on one connection.`);
      }
      streams += 1;
      return {
        [Symbol.dispose]() {
          streams -= 1;
        },
      };
    },
    async room() {
      if (socket.bufferedAmount <= limits.pauseAboveBytes) return;
      draining ??= drain();
      await draining;
    },
    boundQueue() {
      if (socket.bufferedAmount > limits.queuedBytes && socket.readyState === socket.OPEN) tooSlow();
    },
    end: (error, code) => void end(error, code),
    refuse,
  };
}
