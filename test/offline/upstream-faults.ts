import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Reaction, UpstreamCall } from '../../src/offline/behaviour.ts';
import { modelNotFound, WireError } from '../../src/offline/wire-error.ts';

export type Fault =
  /** An error in OpenAI's shape. `Retry-After` is sent in whole seconds when given. */
  | { status: 400 | 401 | 403 | 404 | 408 | 409 | 410 | 429 | 500 | 502 | 503; retryAfterS?: number }
  | 'model_not_found'
  | 'connection-reset'
  | 'stall-before-headers'
  | 'stall-after-first'
  | 'keep-alive-only'
  | 'malformed-sse'
  | 'missing-done'
  | 'truncated-body'
  | 'invalid-json'
  | 'refusal'
  | 'empty-content';

type Pieces = AsyncIterable<string | Uint8Array>;

/** What the stand-in does to a call that meets the fault. */
export function react(fault: Fault, call: UpstreamCall): Reaction | Promise<Reaction> {
  if (call.endpoint === 'realtime_response' || call.endpoint === 'realtime_transcription') return failWork(fault, call);
  if (typeof fault === 'object') return { take: (response) => sendError(response, fault.status, fault.retryAfterS) };
  switch (fault) {
    case 'model_not_found':
      return { take: (response) => send(response, modelNotFound(call.model ?? 'unknown')) };
    case 'connection-reset':
      return { take: (response) => void response.socket?.resetAndDestroy() };
    case 'stall-before-headers':
      return { take: () => untilLeft(call.signal) };
    case 'keep-alive-only':
      return { take: (response) => keepAlive(response, call.signal) };
    case 'stall-after-first':
      return { distort: (pieces) => stallAfterFirst(pieces, call.signal) };
    case 'malformed-sse':
      return { distort: breakThird };
    case 'missing-done':
      return { distort: dropLast };
    case 'truncated-body':
      return { distort: cutShort };
    case 'invalid-json':
      return { say: { content: '{"questions": [{"question": "Why' } };
    case 'refusal':
      return { say: { content: null, refusal: 'I am sorry, I cannot help with that.' } };
    case 'empty-content':
      return { say: { content: '' } };
  }
}

/** Work inside of a session has no response of its own to break: it fails, stalls, or comes to nothing. */
function failWork(fault: Fault, call: UpstreamCall): Reaction | Promise<Reaction> {
  if (typeof fault === 'object') {
    const code = fault.status === 429 ? 'rate_limit_exceeded' : 'server_error';
    return { fail: { code, message: `Scripted failure ${fault.status}.` } };
  }
  switch (fault) {
    case 'model_not_found':
      return { fail: { code: 'model_not_found', message: modelNotFound(call.model ?? 'unknown').message } };
    case 'stall-before-headers':
      return untilLeft(call.signal).then(() => ({}));
    case 'refusal':
      return { say: { content: null, refusal: 'I am sorry, I cannot help with that.' } };
    case 'empty-content':
      return { say: { content: '' } };
    default:
      throw new Error(`the fault ${fault} is one of HTTP responses, and ${call.endpoint} has none`);
  }
}

function send(response: ServerResponse, error: WireError, headers: Record<string, string> = {}): void {
  response.writeHead(error.status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(error.body));
}

function sendError(response: ServerResponse, status: number, retryAfterS: number | undefined): void {
  const details =
    status === 429
      ? { type: 'requests', code: 'rate_limit_exceeded' }
      : { type: status < 500 ? 'invalid_request_error' : 'server_error' };
  const headers = retryAfterS === undefined ? undefined : { 'retry-after': String(retryAfterS) };
  send(response, new WireError(status, `Scripted failure ${status}.`, details), headers);
}

async function untilLeft(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function keepAlive(response: ServerResponse, signal: AbortSignal): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  while (!signal.aborted) {
    response.write(': keep-alive\n\n');
    // Waking early because the caller left is the way out, not a failure.
    await wait(50, undefined, { signal }).catch(() => undefined);
  }
}

/** Two pieces pass (for chat: the role and the first token), or half of a body that is one piece. */
async function* stallAfterFirst(pieces: Pieces, signal: AbortSignal): AsyncGenerator<string | Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  const second = await iterator.next();
  if (!first.done) yield second.done ? first.value.slice(0, first.value.length / 2) : first.value;
  if (!second.done) yield second.value;
  await untilLeft(signal);
  await iterator.return?.();
}

/** The third event breaks off inside its JSON; the stream ends there, politely. */
async function* breakThird(pieces: Pieces): AsyncGenerator<string | Uint8Array> {
  let passed = 0;
  for await (const piece of pieces) {
    passed += 1;
    if (passed <= 2) yield piece;
    else break;
  }
  yield 'data: {"id":"chatcmpl-broken","choices":[{"delta":{"cont\n\n';
  yield 'data: [DONE]\n\n';
}

/** Leaves out the last event: `[DONE]` of a chat, `transcript.text.done` of a transcription. */
async function* dropLast(pieces: Pieces): AsyncGenerator<string | Uint8Array> {
  let held: string | Uint8Array | undefined;
  for await (const piece of pieces) {
    if (held !== undefined) yield held;
    held = piece;
  }
}

/** Cuts the connection half-way: after half of the second piece, or half of the only one. */
async function* cutShort(pieces: Pieces): AsyncGenerator<string | Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  const second = await iterator.next();
  const half = (piece: string | Uint8Array) => piece.slice(0, Math.ceil(piece.length / 2));
  if (!first.done) yield second.done ? half(first.value) : first.value;
  if (!second.done) yield half(second.value);
  await iterator.return?.();
  // The bytes must leave before the connection goes, or the caller sees a reset without a response.
  await wait(20);
  throw new Error('scripted: the connection is cut');
}
