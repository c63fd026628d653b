import type OpenAI from 'openai';
import { wasNotAsked } from '../limits/not-asked.ts';
import type { Log } from '../log.ts';
import type { ObserveUpstream, UpstreamObservation } from '../telemetry/upstream.ts';
import { type CallOutcome, outcomeOf } from './breaker.ts';
import type { ModelCatalogue } from './catalogue.ts';
import { withDeadline } from './deadline.ts';
import type { Gate, Passage } from './gate.ts';
import { hostOf } from './model-server.ts';
import type { Capability } from './preferences.ts';
import { retrying } from './retry.ts';
import { upstreamError } from './upstream-errors.ts';

/** What every adapter to OpenAI's API works with. */
export interface UpstreamAccess {
  client: OpenAI;
  catalogue: ModelCatalogue;
  log: Log;
  /** Watches calls; absent where nobody does. */
  observe?: ObserveUpstream;
  /** Bounds calls; absent where nothing does. */
  gate?: Gate;
}

export interface UpstreamCall extends UpstreamAccess {
  capability: Capability;
  /** For everything together: attempts, waits between them, and models tried. */
  deadlineMs: number;
  signal: AbortSignal | undefined;
  /** The caller's own, which it ends itself once the whole answer is there; by default the call's first answer ends it. */
  observation?: UpstreamObservation | undefined;
  /** Resolves, and never rejects, when an answer that goes on after its beginning is over; by default that is all of it. */
  over?: Promise<CallOutcome> | undefined;
  /** Models to prefer among those served; the others stay as a last resort. */
  suits?: (model: string) => boolean;
}

/**
 * Makes one call: picks the model, falls back to the next, retries what may pass, and ends at the deadline.
 * `attempt` runs once per try. Throws `DomainError` only; see `wasNotAsked` for calls that were not made.
 */
export async function callUpstream<T>(
  call: UpstreamCall,
  attempt: (model: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { capability, catalogue, log } = call;
  const host = hostOf(call.client.baseURL);
  const endsAt = performance.now() + call.deadlineMs;
  const remainingMs = () => endsAt - performance.now();
  const observation = call.observation ?? call.observe?.({ capability, host });
  let passage: Passage | undefined;
  try {
    const answer = await withDeadline(call.deadlineMs, call.signal, async (signal) => {
      const entering = call.gate?.enter(signal);
      // Nothing is waited for where there is room.
      passage = entering instanceof Promise ? await entering : entering;
      return catalogue.withFallback(
        capability,
        signal,
        (model) => {
          observation?.asking(model);
          return retrying(() => attempt(model, signal), {
            signal,
            remainingMs,
            onRetry: (error, delayMs) => {
              const reason = upstreamError(error, { capability, host }).message;
              log.warn({ capability, model, host, delayMs: Math.round(delayMs), reason }, 'repeating an upstream call');
              observation?.retried();
            },
          });
        },
        call.suits,
      );
    });
    catalogue.ended(capability, null, null);
    passage?.answered();
    if (call.over) void call.over.then(passage?.end);
    else passage?.end('ok');
    observation?.answered();
    if (!call.observation) observation?.end('ok');
    return answer;
  } catch (error) {
    const told = upstreamError(error, { capability, host });
    const left = call.signal?.aborted === true;
    // Who leaves says nothing of the server.
    if (!left && !wasNotAsked(error)) catalogue.ended(capability, error, told);
    passage?.end(left ? 'left' : outcomeOf(error));
    observation?.end(left ? 'cancelled' : told.code);
    throw told;
  }
}
