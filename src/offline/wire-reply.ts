import { setTimeout as wait } from 'node:timers/promises';

/** A successful response before it is sent: whole text, or pieces in order. */
export interface WireReply {
  contentType: string;
  body: string | AsyncIterable<string | Uint8Array>;
}

export function jsonReply(value: unknown): WireReply {
  return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** Server-sent events with data lines only, as OpenAI sends them. */
export function eventReply(events: AsyncIterable<string>): WireReply {
  return { contentType: 'text/event-stream; charset=utf-8', body: events };
}

export function dataEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** Waits, unless there is nothing to wait for. Throws `AbortError` when the caller has left. */
export async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (ms) await wait(ms, undefined, { signal });
}
