import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_SERVER_ADDRESS,
} from '@opentelemetry/semantic-conventions';
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
} from '@opentelemetry/semantic-conventions/incubating';
import type { Metrics } from './metrics.ts';
import { activeContext } from './scope.ts';
import type { Tracing } from './tracing.ts';

/** One call to a model, its repeats included. Prompts and answers never pass through here. */
export interface UpstreamObservation {
  /** A model is about to be asked. */
  asking(model: string): void;
  retried(): void;
  /** The first of the answer is there. */
  answered(): void;
  tokens(usage: { inputTokens: number; outputTokens: number }): void;
  /** How it ended: `ok`, `cancelled`, or an error's code. Only the first time counts. */
  end(outcome: string): void;
}

export type ObserveUpstream = (call: { capability: string; host: string }) => UpstreamObservation;

const operations: Record<string, string> = { chat: 'chat', evaluate: 'chat', speak: 'speech' };
const providerOf = (host: string) =>
  host.endsWith('openai.com') ? 'openai' : host.endsWith('fireworks.ai') ? 'fireworks' : host;

/** A span and the counts of each call to a model, by OpenTelemetry's conventions for generative AI. */
export function createObserveUpstream({ tracer }: Tracing, metrics: Metrics): ObserveUpstream {
  return ({ capability, host }) => {
    const startedAt = performance.now();
    const operation = operations[capability] ?? capability;
    const span = tracer.startSpan(
      operation,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          [ATTR_GEN_AI_OPERATION_NAME]: operation,
          [ATTR_GEN_AI_PROVIDER_NAME]: providerOf(host),
          [ATTR_SERVER_ADDRESS]: host,
          'viva.capability': capability,
        },
      },
      activeContext(),
    );
    let model = 'none';
    let retries = 0;
    let ended = false;
    const elapsed = () => (performance.now() - startedAt) / 1_000;
    return {
      asking(name) {
        model = name;
        span.updateName(`${operation} ${name}`).setAttribute(ATTR_GEN_AI_REQUEST_MODEL, name);
      },
      retried() {
        retries += 1;
        metrics.retries.add(1, { capability, model });
      },
      answered() {
        metrics.firstChunk.record(elapsed(), { capability, model });
        span.addEvent('answered');
      },
      tokens({ inputTokens, outputTokens }) {
        metrics.tokens.add(inputTokens, { capability, model, type: 'input' });
        metrics.tokens.add(outputTokens, { capability, model, type: 'output' });
        span.setAttribute(ATTR_GEN_AI_USAGE_INPUT_TOKENS, inputTokens);
        span.setAttribute(ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, outputTokens);
      },
      end(outcome) {
        if (ended) return;
        ended = true;
        metrics.upstreamCalls.record(elapsed(), { capability, model, outcome });
        span.setAttribute('viva.outcome', outcome);
        if (retries > 0) span.setAttribute(ATTR_HTTP_REQUEST_RESEND_COUNT, retries);
        if (outcome !== 'ok' && outcome !== 'cancelled') {
          span.setAttribute(ATTR_ERROR_TYPE, outcome).setStatus({ code: SpanStatusCode.ERROR, message: outcome });
        }
        span.end();
      },
    };
  };
}
