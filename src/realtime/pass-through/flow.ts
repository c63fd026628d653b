import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 20;

/** One direction of a conversation. */
export interface Flow {
  /** To be called after every message that was passed on. */
  passed(): void;
}

export interface FlowOptions {
  /** Bytes that were passed on, but that the receiving side's network has not taken. */
  waitingBytes(): number;
  /** Stop and resume reading from the giving side. */
  pause(): void;
  resume(): void;
  pauseAboveBytes: number;
  stalledMs: number;
  /** The receiving side has taken nothing for that long. */
  onStalled(): void;
  /** Aborts when the conversation is over. */
  signal: AbortSignal;
}

/** Reads from one side only as fast as the other takes it, so that neither can make this server hoard. */
export function createFlow(options: FlowOptions): Flow {
  const { waitingBytes, pauseAboveBytes, stalledMs, signal } = options;
  let draining = false;

  async function drain(): Promise<void> {
    options.pause();
    let before = waitingBytes();
    let movedAt = performance.now();
    while (!signal.aborted && before > pauseAboveBytes / 2) {
      await sleep(pollMs);
      const waiting = waitingBytes();
      if (waiting < before) movedAt = performance.now();
      else if (performance.now() - movedAt > stalledMs) return options.onStalled();
      before = waiting;
    }
    draining = false;
    options.resume();
  }

  return {
    passed() {
      if (draining || waitingBytes() <= pauseAboveBytes) return;
      draining = true;
      void drain();
    },
  };
}
