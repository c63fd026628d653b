import type { Readable } from 'node:stream';
import type OpenAI from 'openai';
import { toStreamingFile } from 'openai';
import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { callUpstream, type UpstreamAccess } from '../models/call.ts';
import { streamsTranscripts, transcriptionParameters } from '../models/parameters.ts';
import { InvalidReply } from '../models/upstream-errors.ts';
import type { TranscribeRequest, Transcriber, Transcript } from './transcriber.ts';
import { readTranscriptionStream } from './transcription-stream.ts';

export interface OpenAiTranscriberOptions extends UpstreamAccess {
  deadlines?: {
    /** For any recording, retries included; default 120 s. */
    baseMs?: number;
    /** Added for each millisecond of recording; default 0.25. */
    perRecordedMs?: number;
  };
}

/** Both shapes of a transcription at once: `json` and `verbose_json`. Times are in seconds. */
const transcription = z.object({
  text: z.string(),
  words: z.array(z.object({ word: z.string(), start: z.number(), end: z.number() })).nullish(),
  segments: z
    .array(z.object({ start: z.number(), end: z.number(), avg_logprob: z.number().nullish() }))
    .nullish()
    .catch(null),
  logprobs: z
    .array(z.object({ logprob: z.number().nullish() }))
    .nullish()
    .catch(null),
});

/** Mean probability: of segments, by their length, or of tokens. */
function confidenceOf({ segments, logprobs }: z.output<typeof transcription>): number | null {
  const weighted = [
    ...(segments ?? []).map((segment) => ({ weight: segment.end - segment.start, logprob: segment.avg_logprob })),
    ...(logprobs ?? []).map((token) => ({ weight: 1, logprob: token.logprob })),
  ];
  let [sum, total] = [0, 0];
  for (const { weight, logprob } of weighted) {
    if (weight <= 0 || logprob === null || logprob === undefined) continue;
    sum += weight * Math.min(1, Math.exp(logprob));
    total += weight;
  }
  return total > 0 ? sum / total : null;
}

function readTranscript(reply: unknown, model: string): Transcript {
  const parsed = transcription.safeParse(reply);
  if (!parsed.success) throw new InvalidReply('not a transcription', { cause: parsed.error });
  const words = (parsed.data.words ?? []).map(({ word, start, end }) => ({
    word: word.trim(),
    startMs: Math.round(start * 1000),
    endMs: Math.round(end * 1000),
  }));
  return { text: parsed.data.text.trim(), confidence: confidenceOf(parsed.data), words, model };
}

/**
 * Hears recordings through `POST /audio/transcriptions`. The recording is streamed and opened afresh for each attempt.
 * Besides upstream errors, what `open` throws passes through, and a recording that breaks while read is `internal`.
 */
export function createOpenAiTranscriber(options: OpenAiTranscriberOptions): Transcriber {
  const { client } = options;
  const { baseMs = 120_000, perRecordedMs = 0.25 } = options.deadlines ?? {};
  return {
    transcribe(request) {
      const deadlineMs = request.deadlineMs ?? Math.ceil(baseMs + request.durationMs * perRecordedMs);
      let attempts = 0;
      const call = { ...options, capability: 'transcribe' as const, deadlineMs, signal: request.signal };
      return callUpstream(call, async (model, signal) => {
        // Words are told once: another attempt might tell others.
        const onWords = attempts++ === 0 ? request.onWords : undefined;
        const source = await request.open();
        let broken: Error | undefined;
        source.on('error', (error) => {
          broken = error;
        });
        try {
          const call = { client, request, source, model, signal, deadlineMs };
          const told = onWords && streamsTranscripts(model) ? streamed(call, onWords) : whole(call);
          return readTranscript(await told, model);
        } catch (error) {
          if (!broken || signal.aborted) throw error;
          throw new DomainError('internal', 'The recording could not be read.', { cause: broken });
        } finally {
          source.destroy();
        }
      });
    },
  };
}

interface Attempt {
  client: OpenAI;
  request: TranscribeRequest;
  source: Readable;
  model: string;
  signal: AbortSignal;
  deadlineMs: number;
}

function parameters({ request, source, model }: Attempt) {
  return {
    file: toStreamingFile(source, request.fileName, { type: request.mimeType }),
    model,
    language: request.language,
    ...(request.prompt && { prompt: request.prompt }),
    ...transcriptionParameters(model),
  };
}

function whole(attempt: Attempt): Promise<unknown> {
  const { client, signal, deadlineMs } = attempt;
  return client.audio.transcriptions.create(parameters(attempt), { signal, maxRetries: 0, timeout: deadlineMs });
}

async function streamed(attempt: Attempt, onWords: (text: string) => void): Promise<unknown> {
  const { client, signal, deadlineMs } = attempt;
  const closing = new AbortController();
  const hangUp = () => closing.abort();
  const ends = AbortSignal.any([signal, closing.signal]);
  const sent = client.audio.transcriptions.create(
    { ...parameters(attempt), stream: true },
    { signal: ends, maxRetries: 0, timeout: deadlineMs },
  );
  return readTranscriptionStream(client, await sent.asResponse(), { hangUp, onWords });
}
