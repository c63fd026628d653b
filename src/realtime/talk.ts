import type { StartMessage } from './conversation-messages.ts';

/** What goes on over one socket, from `start` to `ended`. */
export interface Talk {
  /** What `session.started` tells. */
  readonly started: object;
  audio(bytes: Buffer): Promise<void> | void;
  text(text: string): void;
  commit(): Promise<void> | void;
  interrupt(heardMs: number | undefined): void;
  /** Sent on, but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** While the client cannot keep up. */
  pause(): void;
  resume(): void;
  /** Resolves once everything is put away and told. */
  stop(): Promise<void>;
  /** As `stop`, but nobody is there any more to be told, and what can be taken up again may be. */
  leave(): Promise<void>;
}

export interface Listener {
  /** Gets JSON; the last is `ended`. */
  tell(event: object): void;
  /** Called after `ended`. */
  over(): void;
  /** Aborts when the client has left. */
  signal: AbortSignal;
}

/** Begins what a `start` message asks for. */
export type StartTalk<Caller> = (caller: Caller, message: StartMessage, listener: Listener) => Promise<Talk>;
