import type { WebSocket } from 'ws';
import { DomainError, type ErrorCode } from '../../errors.ts';
import { type CloseCode, closeCodes, closeReason } from '../../sockets/close-codes.ts';
import { type ErrorDetails, errorEvent } from './error-event.ts';
import type { RealtimeLimits } from './limits.ts';

/** The client's side of a conversation. */
export interface ClientLine {
  /** Aborts once the client is gone, or is being sent away. */
  readonly gone: AbortSignal;
  /** Every message goes to this listener, in order; those before it was set too. */
  listen(receive: (text: string) => void): void;
  send(text: string): void;
  /** Tells of a refusal; the conversation goes on. */
  refuse(error: DomainError, details?: ErrorDetails): void;
  /** Tells why, then closes. */
  end(error: DomainError, code?: CloseCode): void;
  /** Closes as the upstream did. */
  close(code: number): void;
  /** Sent, but not yet taken by the network. */
  readonly bufferedBytes: number;
  pause(): void;
  resume(): void;
}

const flooded = () => new DomainError('rate_limited', 'Too many messages. Slow down, then connect again.');
const binary = () =>
  new DomainError('invalid_input', 'Send JSON in text messages; sound goes as base64 in input_audio_buffer.append.');

/** Has to be made before anything is awaited: nothing that comes early is lost. */
export function openClientLine(socket: WebSocket, limits: RealtimeLimits): ClientLine {
  const gone = new AbortController();
  const early: string[] = [];
  let earlyBytes = 0;
  let receive: ((text: string) => void) | null = null;
  const tooMany = createMeter(limits);

  const end = (error: DomainError, code: CloseCode = closeCodeOf(error.code)) => {
    if (gone.signal.aborted) return;
    send(errorEvent(error));
    close(code, closeReason(error));
  };
  const send = (text: string) => {
    if (!gone.signal.aborted && socket.readyState === socket.OPEN) socket.send(text);
  };
  const close = (code: number, reason?: string) => {
    if (gone.signal.aborted) return;
    gone.abort();
    socket.removeAllListeners('message');
    // A paused socket would not see the other side's goodbye.
    socket.resume();
    socket.close(code, reason);
  };

  socket.on('message', (data, isBinary) => {
    if (tooMany()) return end(flooded());
    if (isBinary) return end(binary(), closeCodes.notText);
    const text = data.toString();
    if (receive) return receive(text);
    earlyBytes += text.length;
    if (early.push(text) >= limits.earlyMessages || earlyBytes > limits.pauseAboveBytes) socket.pause();
  });
  for (const frame of ['ping', 'pong']) {
    socket.on(frame, () => {
      if (tooMany()) end(flooded());
    });
  }
  // A frame that is too large or malformed closes the socket with a code of its own: 1009, 1002 or 1007.
  socket.on('error', () => gone.abort());
  socket.once('close', () => gone.abort());
  beat(socket, limits.pingEveryMs);

  return {
    gone: gone.signal,
    listen(next) {
      receive = next;
      // Before the early ones: the listener may want it paused by them.
      socket.resume();
      for (const text of early.splice(0)) if (!gone.signal.aborted) next(text);
    },
    send,
    refuse: (error, details) => send(errorEvent(error, details)),
    end,
    close: (code) => close(code),
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

function closeCodeOf(code: ErrorCode): CloseCode {
  if (code === 'unauthenticated') return closeCodes.unauthenticated;
  if (code === 'internal') return closeCodes.broken;
  if (code === 'unavailable' || code.startsWith('upstream_')) return closeCodes.tryAgainLater;
  return closeCodes.policy;
}

/** Finds a client that sends more than it can mean; what piled up while it was not read is no flood. */
function createMeter({ messagesPerSecond, messageBurst }: RealtimeLimits): () => boolean {
  let level = 0;
  let at = performance.now();
  return () => {
    const now = performance.now();
    level = Math.max(0, level - ((now - at) / 1_000) * messagesPerSecond) + 1;
    at = now;
    return level > messageBurst;
  };
}

/** Finds out about a peer that is gone. While it is not read, its answers are not heard either. */
function beat(socket: WebSocket, everyMs: number): void {
  let unanswered = 0;
  const heard = () => {
    unanswered = 0;
  };
  socket.on('pong', heard);
  socket.on('message', heard);
  const pinging = setInterval(() => {
    if (socket.isPaused) return;
    if (unanswered === 2) socket.terminate();
    else socket.ping();
    unanswered += 1;
  }, everyMs);
  socket.once('close', () => clearInterval(pinging));
}
