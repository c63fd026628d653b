export interface Answer {
  status: number;
  /** Null when it was too large to be kept, or cannot be opened. */
  content: Uint8Array | null;
}

/** A request that carries a key. */
export interface KeyedRequest {
  /** Tells callers apart: `user:<id>`, `cookie:<id>`, `address:<ip>`. */
  owner: string;
  key: string;
  /** What is asked: everything that is known of it before a form is read. */
  operation: string;
  /** Reads a form that nobody has read yet, to compare it with that of the answer. */
  readForm?: (() => Promise<string>) | undefined;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
}

/** The right to do the work. One of the two has to be called, once. */
export interface Hold {
  /** The same request gets this from now on; `form` is what `readForm` would have told. Never throws. */
  keep(answer: Answer, form?: string): Promise<void>;
  /** As if the request had never come. Never throws. */
  release(): Promise<void>;
}

export type Claim = { hold: Hold; answer?: never } | { answer: Answer; hold?: never };

export interface Idempotency {
  /**
   * Gives the answer to the same request when there is one, waits for it while somebody works on it, here or on another
   * server, and otherwise gives the right to do the work. Throws `conflict` for a key that was used for something else, or
   * when the wait takes too long (with `retryAfterMs`).
   */
  claim(request: KeyedRequest): Promise<Claim>;
}

/** An answer and what it answers: the digest of the operation and, after a dot, that of its form. */
export interface Settled extends Answer {
  fingerprint: string;
}

/** Somebody in this process who works on a key, or asks the database about it for everybody here. */
export interface Engagement {
  /** The digest of what is worked on; null before that is certain. */
  operation: string | null;
  /** Null when nothing came of it. */
  settled: Promise<Settled | null>;
  settle(outcome: Settled | null): void;
}
