import { APIConnectionError, APIError } from 'openai';
import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { CallCancelled } from '../models/deadline.ts';
import type { EventStream } from '../models/event-stream.ts';
import { InvalidReply } from '../models/upstream-errors.ts';
import type { TokenUsage } from './chat-model.ts';
import { declined, emptyAnswer, filtered } from './refusals.ts';

const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: z.number().catch(0), completion_tokens: z.number().catch(0) }).nullish(),
});

/** How long the token count may lag behind the end of the answer. */
const usageLagMs = 1000;

export interface ReplySource {
  /** Of `POST /chat/completions` with `stream: true`. */
  events: EventStream;
  host: string;
  /** The caller's own signal. */
  caller: AbortSignal | undefined;
  /** Everything that ends the call. The events may just end then, as if the answer were complete. */
  ends: AbortSignal;
  hangUp: () => void;
  onUsage: (usage: TokenUsage) => void;
}

/**
 * The text of a streamed completion, piece by piece as it arrives; pieces without any text are left out, so that waiting
 * for the next piece is waiting for content. Complete once a `finish_reason` or `[DONE]` has come, whatever happens to
 * the connection afterwards. Throws `DomainError` for refusals and for an answer that breaks off, `CallCancelled`, the
 * reason of `ends`, or what the SDK throws.
 */
export async function* replyContent(source: ReplySource): AsyncGenerator<string> {
  let anyText = false;
  let refusal = '';
  let finish: string | undefined;
  let failure: unknown;
  let lag: NodeJS.Timeout | undefined;
  try {
    for await (const data of source.events.chunks) {
      const parsed = chunk.safeParse(data);
      if (!parsed.success) throw new InvalidReply('not a chat completion chunk', { cause: parsed.error });
      const { choices, usage } = parsed.data;
      if (usage) source.onUsage({ inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens });
      const delta = choices?.[0]?.delta;
      refusal += delta?.refusal ?? '';
      const text = anyText ? delta?.content : delta?.content?.trimStart();
      if (text) {
        anyText = true;
        yield text;
      }
      finish ??= choices?.[0]?.finish_reason ?? undefined;
      if (finish !== undefined) lag ??= setTimeout(source.hangUp, usageLagMs);
    }
  } catch (error) {
    failure = statusless(error);
  } finally {
    clearTimeout(lag);
  }

  if (source.caller?.aborted) throw new CallCancelled('cancelled by the caller', { cause: source.caller.reason });
  if (refusal.trim()) throw declined(refusal);
  if (finish === 'content_filter') throw filtered();
  if (finish === undefined) {
    source.ends.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (!source.events.sawDone()) throw brokenOff(source.host);
  }
  if (!anyText) throw emptyAnswer();
}

function brokenOff(host: string): DomainError {
  const cause = new InvalidReply('it ended with neither finish_reason nor [DONE]');
  return new DomainError('upstream_failed', `The answer from ${host} broke off. Try again.`, { cause });
}

/** An error that comes as an event has no HTTP status, which would make it look as if repeating were useless. */
function statusless(error: unknown): unknown {
  const isEvent = error instanceof APIError && !(error instanceof APIConnectionError) && error.status === undefined;
  if (!isEvent || error.code === 'insufficient_quota') return error;
  return new InvalidReply('the stream reported an error', { cause: error });
}
