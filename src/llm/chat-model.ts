import type { z } from 'zod';

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
}

export interface JsonRequest<T> {
  /** Names the schema on the wire: letters, digits, `_`, `-`. */
  name: string;
  /** What the answer must fit. Invalid JSON is repaired by one further call, then refused. */
  schema: z.ZodType<T>;
  messages: ChatMessage[];
  maxTokens: number;
  signal?: AbortSignal;
}

export interface JsonReply<T> {
  value: T;
  model: string;
  usage: TokenUsage;
}

/** Milliseconds spent waiting for the model's text; time that the reader takes does not count. */
export interface TextDeadlines {
  /** To the first text, retries and further models included; default 15 s. */
  firstTokenMs?: number;
  /** Between two pieces of text; default 10 s. */
  tokenToTokenMs?: number;
  /** For the whole answer; default 60 s. */
  replyMs?: number;
}

export interface TextRequest {
  messages: ChatMessage[];
  maxTokens: number;
  deadlines?: TextDeadlines;
  /** Aborting it hangs up at once, whether or not anybody is reading, and reading on throws. */
  signal?: AbortSignal | undefined;
}

export interface TextStream {
  readonly model: string;
  /**
   * The answer's text as it comes, without leading space; read it once. Ends only when the model has ended, at its
   * length limit at the latest. Throws `DomainError` when it stalls, breaks off, is refused or is cancelled: what came
   * before still counts. Leaving the loop hangs up; so must the signal when nobody reads.
   */
  readonly deltas: AsyncIterable<string>;
  /** Known once `deltas` has ended; zeros before that, and where the provider does not count. */
  usage(): TokenUsage;
}

/** Writes. Throws `upstream_*` or `unavailable` errors only; a refusal is `upstream_refused`. */
export interface ChatModel {
  json<T>(request: JsonRequest<T>): Promise<JsonReply<T>>;
  /** Resolves with the first text. Until then a failure is repeated, or moves on to the next model; never after. */
  stream(request: TextRequest): Promise<TextStream>;
}
