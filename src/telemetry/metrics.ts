import type { Meter } from '@opentelemetry/api';

/** Upper bounds of histogram buckets, in seconds: from a cached read to a long evaluation. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const upstreamSeconds = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120];
const stageSeconds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 15, 30, 60];
const jobSeconds = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * What is counted and measured as it happens: once for a request, a call, a stage or a job, never for a piece of one.
 * Names are those that OpenTelemetry's conventions have in Prometheus ("Prometheus and OpenMetrics Compatibility"), and
 * `viva_*` where there are none. Labels have few values: route templates, never addresses; no ids, no words of users.
 */
export function createMetrics(meter: Meter) {
  const seconds = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { description, unit: 'seconds', advice: { explicitBucketBoundaries } });
  const active = (name: string, description: string) => meter.createUpDownCounter(name, { description });
  return {
    requests: seconds(
      'http_server_request_duration_seconds',
      'HTTP requests by route template, from their headers to the end of the answer; without streams and sockets',
      requestSeconds,
    ),
    activeRequests: active('http_server_active_requests', 'HTTP requests being answered, sockets not counted'),
    procedures: seconds(
      'rpc_server_call_duration_seconds',
      'Calls of tRPC procedures over any transport, by outcome; a subscription until it is open',
      requestSeconds,
    ),
    refusedByLimit: meter.createCounter('viva_rate_limited_total', {
      description: 'Requests and calls refused because somebody asked too often',
    }),
    subscriptions: active('viva_subscriptions_active', 'Open subscriptions by transport'),
    uploads: active('viva_uploads_active', 'Uploads on their way'),
    storedBytes: meter.createCounter('viva_stored_bytes_total', {
      description: 'Bytes of audio written to the storage for good',
      unit: 'bytes',
    }),
    turns: active('viva_turns_active', 'Live turns that run'),
    turnDuration: seconds('viva_turn_duration_seconds', 'Live turns from start to terminal event', stageSeconds),
    turnStages: seconds('viva_turn_stage_duration_seconds', 'Stages of live turns', stageSeconds),
    firstAudio: seconds(
      'viva_turn_first_audio_seconds',
      'From the end of what the candidate said to the first sound of the reply',
      stageSeconds,
    ),
    upstreamCalls: seconds(
      'gen_ai_client_operation_duration_seconds',
      'Calls to models by capability, model and outcome; speech until its first sound',
      upstreamSeconds,
    ),
    firstChunk: seconds(
      'gen_ai_client_operation_time_to_first_chunk_seconds',
      'From asking a model to the first of its answer',
      upstreamSeconds,
    ),
    tokens: meter.createCounter('viva_upstream_tokens_total', {
      description: 'Tokens sent to and received from models',
    }),
    retries: meter.createCounter('viva_upstream_retries_total', {
      description: 'Repeated attempts of calls to models',
    }),
    jobs: seconds('viva_job_duration_seconds', 'Background work by kind and outcome', jobSeconds),
    activeJobs: active('viva_jobs_active', 'Background work that runs, by kind'),
  };
}
