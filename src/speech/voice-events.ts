import { DomainError } from '../errors.ts';
import { realtimeProblem } from '../models/realtime-errors.ts';
import type { RealtimeServerEvent } from '../models/realtime-events.ts';
import { type Upstream, upstreamError } from '../models/upstream-errors.ts';
import type { HearingUsage, VoiceEvent } from './voice-model.ts';

type Transcribed = Extract<RealtimeServerEvent, { type: 'conversation.item.input_audio_transcription.completed' }>;
type Done = Extract<RealtimeServerEvent, { type: 'response.done' }>;

/** Of what is heard: https://developers.openai.com/api/docs/guides/realtime-costs */
const msPerToken = 100;

/** Refusals that change nothing: what was to be stopped had already ended, or there was nothing to commit. */
const harmless = new Set(['response_cancel_not_active', 'input_audio_buffer_commit_empty']);

/** What a Realtime server event means for a conversation; null for what it need not know. `hears` transcribes. */
export function voiceEventOf(event: RealtimeServerEvent, upstream: Upstream, hears: string): VoiceEvent | null {
  switch (event.type) {
    case 'input_audio_buffer.speech_started':
      return { type: 'speech-started' };
    case 'input_audio_buffer.speech_stopped':
      return { type: 'speech-stopped' };
    case 'input_audio_buffer.committed':
      return { type: 'input-committed', itemId: event.item_id };
    case 'conversation.item.input_audio_transcription.delta':
      return { type: 'heard-delta', itemId: event.item_id, text: event.delta };
    case 'conversation.item.input_audio_transcription.completed':
      return { type: 'heard', itemId: event.item_id, text: event.transcript, usage: hearingUsage(event, hears) };
    case 'conversation.item.input_audio_transcription.failed':
      return { type: 'unheard', itemId: event.item_id, error: upstreamError(realtimeProblem(event.error), upstream) };
    case 'response.created':
      return { type: 'reply-started', replyId: event.response.id };
    case 'response.output_audio_transcript.delta':
    case 'response.output_text.delta':
      return { type: 'reply-text', replyId: event.response_id, delta: event.delta };
    case 'response.output_audio.delta': {
      const pcm = Buffer.from(event.delta, 'base64');
      return { type: 'reply-audio', replyId: event.response_id, itemId: event.item_id, pcm };
    }
    case 'response.done':
      return replyEnded(event, upstream);
    case 'error':
      if (harmless.has(event.error.code ?? '')) return null;
      return { type: 'refused', error: upstreamError(realtimeProblem(event.error), upstream) };
    default:
      return null;
  }
}

function hearingUsage({ usage }: Transcribed, model: string): HearingUsage | null {
  if (!usage) return null;
  if ('seconds' in usage) return { model, audioMs: Math.round(usage.seconds * 1_000), inputTokens: 0, outputTokens: 0 };
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
  return { model, audioMs: inputTokens * msPerToken, inputTokens, outputTokens };
}

function replyEnded({ response }: Done, upstream: Upstream): VoiceEvent {
  const usage = {
    inputTokens: response.usage?.input_tokens ?? 0,
    outputTokens: response.usage?.output_tokens ?? 0,
  };
  const ended = { type: 'reply-ended' as const, replyId: response.id, usage };
  if (response.status === 'failed') {
    const problem = response.status_details?.error;
    const error = problem
      ? upstreamError(realtimeProblem(problem), upstream)
      : new DomainError('upstream_failed', `The reply of ${upstream.host} failed. Say it again.`);
    return { ...ended, status: 'failed', error };
  }
  // An incomplete reply came to its length limit: what there is of it was said.
  return { ...ended, status: response.status === 'cancelled' ? 'cancelled' : 'completed', error: null };
}
