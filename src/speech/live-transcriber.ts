import type { DomainError } from '../errors.ts';
import type { HearingUsage } from './voice-model.ts';

export interface LiveTranscriptionRequest {
  /** BCP 47 primary language, e.g. `en`. */
  language: string;
  /** What is being talked about: names and terms likely to be spoken. */
  prompt?: string;
  signal?: AbortSignal;
}

export type LiveWords =
  /** To be added to the words told before. */
  | { type: 'delta'; text: string }
  /** All words of the first `heardMs` of what was heard: no longer to change. They may correct what was told before. */
  | { type: 'settled'; text: string; heardMs: number }
  | { type: 'used'; usage: HearingUsage };

/** One listener upstream while it listens. */
export interface LiveTranscription {
  readonly model: string;
  /** Every word so far, in the order in which it was said. */
  readonly text: string;
  /** Everything goes to this listener, what came before it was set too. */
  receive(listener: (words: LiveWords) => void): void;
  /** Sound as it is recorded: see `voicePcm`. Dropped after the end. */
  hear(pcm: Uint8Array): void;
  /** Sent, but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Nothing more is said. Resolves with the text once all of it is settled. Throws `upstream_*` or `unavailable`. */
  finish(): Promise<string>;
  close(): void;
  /** Null once it was finished or closed, else why it broke off. Never rejects. */
  readonly closed: Promise<DomainError | null>;
}

/** Hears a recording while it is made. Opening throws `upstream_*` or `unavailable` errors only. */
export interface LiveTranscriber {
  open(request: LiveTranscriptionRequest): Promise<LiveTranscription>;
}
