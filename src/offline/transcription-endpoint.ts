import type {
  Transcription,
  TranscriptionTextDeltaEvent,
  TranscriptionTextDoneEvent,
  TranscriptionVerbose,
} from 'openai/resources/audio/transcriptions';
import type { ForcedContent, Pace } from './behaviour.ts';
import { guessLanguage } from './language.ts';
import { findModel, type ServedModel } from './models.ts';
import { type HeardRecording, hear, tokenLogprobs } from './recording-words.ts';
import type { TranscriptionForm } from './transcription-form.ts';
import { parseTranscriptionRequest, type TranscriptionRequest } from './transcription-request.ts';
import { dataEvent, eventReply, jsonReply, pause, type WireReply } from './wire-reply.ts';

/** `POST /audio/transcriptions`. Throws `WireError`: 400 for an unreadable recording, 404 for an unknown model. */
export async function transcribe(
  deps: { models: ServedModel[]; pace: Pace; say: ForcedContent | undefined },
  form: TranscriptionForm,
  signal: AbortSignal,
): Promise<WireReply> {
  const request = parseTranscriptionRequest(form.fields);
  findModel(deps.models, request.model, 'transcribe');
  const language = request.language ?? request.languages?.[0];
  const heard = await hear(form.path, language ?? 'en', deps.say && (deps.say.content ?? ''));
  await pause(deps.pace.transcribeMs, signal);
  // whisper-1 ignores `stream`.
  if (request.stream && request.model !== 'whisper-1') return eventReply(stream(heard, request, deps.pace, signal));
  if (request.response_format === 'text') {
    return { contentType: 'text/plain; charset=utf-8', body: `${heard.text}\n` };
  }
  return jsonReply(request.response_format === 'verbose_json' ? verbose(heard, request) : plain(heard, request));
}

function tokenUsage(heard: HeardRecording) {
  const audioTokens = Math.ceil(heard.durationS * 10);
  const outputTokens = Math.ceil(heard.text.length / 4);
  return {
    type: 'tokens',
    input_tokens: audioTokens,
    input_token_details: { audio_tokens: audioTokens, text_tokens: 0 },
    output_tokens: outputTokens,
    total_tokens: audioTokens + outputTokens,
  } satisfies Transcription.Tokens;
}

/** Whole seconds, rounded up: how whisper-1 is billed. */
function durationUsage(heard: HeardRecording) {
  return { type: 'duration', seconds: Math.ceil(heard.durationS) } satisfies Transcription.Duration;
}

function extras(heard: HeardRecording, request: TranscriptionRequest): Pick<Transcription, 'languages' | 'logprobs'> {
  return {
    ...(request.model === 'gpt-transcribe' && {
      languages: heard.understood ? [{ code: request.language ?? guessLanguage(heard.text) }] : [],
    }),
    ...(request.include && { logprobs: tokenLogprobs(heard) }),
  };
}

function plain(heard: HeardRecording, request: TranscriptionRequest) {
  const usage = request.model === 'whisper-1' ? durationUsage(heard) : tokenUsage(heard);
  return { text: heard.text, ...extras(heard, request), usage } satisfies Transcription;
}

function verbose(heard: HeardRecording, request: TranscriptionRequest) {
  const code = request.language ?? guessLanguage(heard.text);
  return {
    // whisper-1 names the language in English: `english`.
    language: new Intl.DisplayNames('en', { type: 'language' }).of(code)?.toLowerCase() ?? code,
    duration: heard.durationS,
    text: heard.text,
    ...(request.timestamp_granularities.includes('segment') && { segments: heard.segments }),
    ...(request.timestamp_granularities.includes('word') && { words: heard.words }),
    usage: durationUsage(heard),
  } satisfies TranscriptionVerbose;
}

async function* stream(heard: HeardRecording, request: TranscriptionRequest, pace: Pace, signal: AbortSignal) {
  for (const delta of heard.text.split(/(?<=\s)/u)) {
    if (!delta) continue;
    await pause(pace.tokenMs, signal);
    yield dataEvent({ type: 'transcript.text.delta', delta } satisfies TranscriptionTextDeltaEvent);
  }
  yield dataEvent({
    type: 'transcript.text.done',
    text: heard.text,
    ...extras(heard, request),
    usage: tokenUsage(heard),
  } satisfies TranscriptionTextDoneEvent);
}
