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

/** Writes typed JSON. Throws `upstream_*` or `unavailable` errors only; a refusal is `upstream_refused`. */
export interface ChatModel {
  json<T>(request: JsonRequest<T>): Promise<JsonReply<T>>;
}
