import { type CallOutcome, outcomeOf } from '../models/breaker.ts';
import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { DeadlineExceeded } from '../models/deadline.ts';
import { readEvents } from '../models/event-stream.ts';
import { hostOf } from '../models/model-server.ts';
import { chatParameters } from '../models/parameters.ts';
import { upstreamError } from '../models/upstream-errors.ts';
import type { TextDeadlines, TextRequest, TextStream, TokenUsage } from './chat-model.ts';
import { emptyAnswer } from './refusals.ts';
import { replyContent } from './reply-content.ts';

export interface TextStreamOptions extends UpstreamAccess {
  capability: 'chat' | 'evaluate';
  temperature: number;
  deadlines?: TextDeadlines | undefined;
}

interface OpenReply {
  model: string;
  first: string;
  /** The text after `first`. */
  rest: AsyncGenerator<string>;
  hangUp: (reason?: Error) => void;
  usage: () => TokenUsage;
}

/** Streams an answer from `POST /chat/completions`. Resolves with the first text: see `ChatModel`. */
export async function openTextStream(options: TextStreamOptions, request: TextRequest): Promise<TextStream> {
  const deadlines = { ...options.deadlines, ...request.deadlines };
  const { firstTokenMs = 15_000, tokenToTokenMs = 10_000, replyMs = 60_000 } = deadlines;
  const { capability, client } = options;
  const host = hostOf(client.baseURL);
  // The call is over when its last word is there: only then are its tokens known.
  const observation = options.observe?.({ capability, host });
  const { promise: over, resolve: end } = Promise.withResolvers<CallOutcome>();
  // Nobody may come to read the rest.
  request.signal?.addEventListener('abort', () => end('left'), { once: true });
  const call = { ...options, deadlineMs: Math.min(firstTokenMs, replyMs), signal: request.signal, observation, over };
  const startedAtMs = performance.now();
  const reply = await callUpstream(call, (model, signal) => openReply(options, request, model, signal));
  let remainingMs = replyMs - (performance.now() - startedAtMs);
  let left = false;

  async function next(): Promise<string | undefined> {
    const deadlineMs = Math.max(1, Math.min(tokenToTokenMs, remainingMs));
    const askedAtMs = performance.now();
    const timer = setTimeout(() => reply.hangUp(new DeadlineExceeded(deadlineMs)), deadlineMs);
    try {
      const { done, value } = await reply.rest.next();
      return done ? undefined : value;
    } finally {
      clearTimeout(timer);
      remainingMs -= performance.now() - askedAtMs;
    }
  }

  async function* read(): AsyncGenerator<string> {
    try {
      // What has come before the caller left may still be read, but never as if it were all.
      for (let delta: string | undefined = reply.first; delta !== undefined; delta = await next()) yield delta;
      observation?.tokens(reply.usage());
      observation?.end('ok');
      end('ok');
    } catch (error) {
      reply.hangUp();
      const told = upstreamError(error, { capability, host });
      end(left || request.signal?.aborted ? 'left' : outcomeOf(error));
      observation?.end(left || request.signal?.aborted ? 'cancelled' : told.code);
      if (!left) throw told;
    }
  }

  const reading = read();
  const deltas: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => deltas,
    next: () => reading.next(),
    // A generator's own `return` does nothing before the first `next` and waits for one that is pending.
    return() {
      left = true;
      reply.hangUp();
      observation?.end('cancelled');
      end('left');
      return reading.return(undefined);
    },
  };
  return { model: reply.model, deltas, usage: reply.usage };
}

async function openReply(
  { client, temperature }: TextStreamOptions,
  request: TextRequest,
  model: string,
  signal: AbortSignal,
): Promise<OpenReply> {
  const closing = new AbortController();
  const hangUp = (reason?: Error) => closing.abort(reason);
  // `signal` guards the wait for the first text only: the caller must still be able to end the call after it.
  const ends = AbortSignal.any([signal, closing.signal, ...(request.signal ? [request.signal] : [])]);
  let counted: TokenUsage = { inputTokens: 0, outputTokens: 0 };
  try {
    const sent = client.chat.completions.create(
      {
        model,
        messages: request.messages,
        stream: true,
        stream_options: { include_usage: true },
        ...chatParameters(model, request.maxTokens, temperature),
      },
      { signal: ends, maxRetries: 0 },
    );
    const rest = replyContent({
      events: readEvents(client, await sent.asResponse(), hangUp),
      host: hostOf(client.baseURL),
      caller: request.signal,
      ends,
      hangUp,
      onUsage: (usage) => {
        counted = usage;
      },
    });
    const first = await rest.next();
    if (first.done) throw emptyAnswer();
    return { model, first: first.value, rest, hangUp, usage: () => counted };
  } catch (error) {
    hangUp();
    throw error;
  }
}
