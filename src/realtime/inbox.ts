import { setTimeout as sleep } from 'node:timers/promises';
import type { RawData, WebSocket } from 'ws';
import { DomainError } from '../errors.ts';
import { closeCodes } from '../sockets/close-codes.ts';

export interface InboxLimits {
  messagesPerSecond: number;
  pingEveryMs: number;
}

/** What a client sends: one message after the other, read no faster than it can be dealt with. */
export interface Inbox {
  /** Every text message, in order. `leave` ends the socket for what must not go on. */
  each(take: (text: string) => Promise<void>, leave: (error: DomainError, code: number) => Promise<void>): void;
  /** Waits while too much of what was passed on is still on its way. */
  pacedBy(upstream: { readonly bufferedBytes: number }): Promise<void>;
}

const mostWaiting = 64;
const fewWaiting = 16;
/** Ten seconds of sound as base64 in JSON. */
const mostUpstreamBytes = 640_000;
const pollMs = 10;
/** An upstream that takes nothing for so long is as good as gone. */
const upstreamStalledMs = 10_000;

export function createInbox(socket: WebSocket, { messagesPerSecond, pingEveryMs }: InboxLimits): Inbox {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  let second = 0;
  let inSecond = 0;
  let unanswered = 0;

  const isFlood = () => {
    const now = Math.floor(Date.now() / 1_000);
    inSecond = now === second ? inSecond + 1 : 1;
    second = now;
    return inSecond > messagesPerSecond;
  };
  const pinging = setInterval(() => {
    if (unanswered === 2) socket.terminate();
    else socket.ping();
    unanswered += 1;
  }, pingEveryMs);
  for (const sign of ['pong', 'message']) {
    socket.on(sign, () => {
      unanswered = 0;
    });
  }
  socket.once('close', () => clearInterval(pinging));

  return {
    each(take, leave) {
      const onMessage = (data: RawData, isBinary: boolean) => {
        if (isBinary) {
          const error = new DomainError('invalid_input', 'Send JSON as text, with sound as base64 in audioData.');
          return stop(error, closeCodes.notText);
        }
        if (isFlood()) {
          const error = new DomainError('rate_limited', 'Too many messages. Slow down, then connect again.');
          return stop(error, closeCodes.policy);
        }
        waiting += 1;
        if (waiting >= mostWaiting) socket.pause();
        const text = data.toString();
        last = last
          .then(() => take(text))
          .finally(() => {
            waiting -= 1;
            if (waiting <= fewWaiting) socket.resume();
          });
      };
      const stop = (error: DomainError, code: number) => {
        socket.off('message', onMessage);
        void leave(error, code);
      };
      socket.on('message', onMessage);
    },
    async pacedBy(upstream) {
      for (const overdue = Date.now() + upstreamStalledMs; upstream.bufferedBytes > mostUpstreamBytes; ) {
        if (Date.now() > overdue)
          throw new DomainError('upstream_timeout', 'The model takes no more sound. Try again.');
        await sleep(pollMs);
      }
    },
  };
}
