import type OpenAI from 'openai';
import type { Log } from '../log.ts';
import type { ModelCatalogue } from './catalogue.ts';
import { withDeadline } from './deadline.ts';
import { hostOf } from './model-server.ts';
import type { Capability } from './preferences.ts';
import { retrying } from './retry.ts';
import { upstreamError } from './upstream-errors.ts';

/** What every adapter to OpenAI's API works with. */
export interface UpstreamAccess {
  client: OpenAI;
  catalogue: ModelCatalogue;
  log: Log;
}

export interface UpstreamCall extends UpstreamAccess {
  capability: Capability;
  /** For everything together: attempts, waits between them, and models tried. */
  deadlineMs: number;
  signal: AbortSignal | undefined;
  /** Models to prefer among those served; the others stay as a last resort. */
  suits?: (model: string) => boolean;
}

/**
 * Makes one call: picks the model, falls back to the next, retries what may pass, and ends at the deadline.
 * `attempt` runs once per try. Throws `DomainError` only.
 */
export async function callUpstream<T>(
  call: UpstreamCall,
  attempt: (model: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { capability, catalogue, log } = call;
  const host = hostOf(call.client.baseURL);
  const endsAt = performance.now() + call.deadlineMs;
  const remainingMs = () => endsAt - performance.now();
  try {
    return await withDeadline(call.deadlineMs, call.signal, (signal) =>
      catalogue.withFallback(
        capability,
        signal,
        (model) =>
          retrying(() => attempt(model, signal), {
            signal,
            remainingMs,
            onRetry: (error, delayMs) => {
              const reason = upstreamError(error, { capability, host }).message;
              log.warn({ capability, model, host, delayMs: Math.round(delayMs), reason }, 'repeating an upstream call');
            },
          }),
        call.suits,
      ),
    );
  } catch (error) {
    throw upstreamError(error, { capability, host });
  }
}
