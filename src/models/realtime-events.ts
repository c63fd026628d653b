import { z } from 'zod';
import { InvalidReply } from './upstream-errors.ts';

/**
 * What the product reads of OpenAI's Realtime server events (GA), by type; further fields pass unseen. After
 * https://developers.openai.com/api/docs/api-reference/realtime-server-events
 */
const problem = z.object({
  type: z.string().catch('error'),
  code: z.string().nullish().catch(null),
  message: z.string().catch(''),
  param: z.string().nullish().catch(null),
  event_id: z.string().nullish().catch(null),
});
const item = z.object({ id: z.string(), type: z.string(), role: z.string().optional() });
const usage = z.object({ input_tokens: z.number().catch(0), output_tokens: z.number().catch(0) });
/** Of one part of a response. */
const part = { response_id: z.string(), item_id: z.string() };

const known = z.discriminatedUnion('type', [
  z.object({ type: z.literal('error'), error: problem }),
  z.object({ type: z.literal('session.created'), session: z.looseObject({}) }),
  z.object({ type: z.literal('session.updated'), session: z.looseObject({}) }),
  z.object({ type: z.literal('conversation.item.added'), previous_item_id: z.string().nullish(), item }),
  z.object({ type: z.literal('conversation.item.done'), previous_item_id: z.string().nullish(), item }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.delta'),
    item_id: z.string(),
    delta: z.string().catch(''),
  }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.completed'),
    item_id: z.string(),
    transcript: z.string(),
    /** By tokens or by seconds, as the transcribing model is billed. */
    usage: z
      .union([z.object({ seconds: z.number() }), usage])
      .optional()
      .catch(undefined),
  }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.failed'),
    item_id: z.string(),
    error: problem,
  }),
  z.object({ type: z.literal('input_audio_buffer.speech_started'), audio_start_ms: z.number(), item_id: z.string() }),
  z.object({ type: z.literal('input_audio_buffer.speech_stopped'), audio_end_ms: z.number(), item_id: z.string() }),
  z.object({
    type: z.literal('input_audio_buffer.committed'),
    item_id: z.string(),
    previous_item_id: z.string().nullish(),
  }),
  z.object({ type: z.literal('response.created'), response: z.object({ id: z.string() }) }),
  z.object({
    type: z.literal('response.done'),
    response: z.object({
      id: z.string(),
      status: z.string(),
      status_details: z.object({ reason: z.string().optional(), error: problem.optional() }).nullish().catch(null),
      usage: usage.nullish().catch(null),
    }),
  }),
  z.object({ type: z.literal('response.output_text.delta'), ...part, delta: z.string() }),
  z.object({ type: z.literal('response.output_text.done'), ...part, text: z.string() }),
  /** Base64: PCM, 16-bit little-endian, mono, 24 kHz, unless the session has another format. */
  z.object({ type: z.literal('response.output_audio.delta'), ...part, delta: z.string() }),
  z.object({ type: z.literal('response.output_audio.done'), ...part }),
  z.object({ type: z.literal('response.output_audio_transcript.delta'), ...part, delta: z.string() }),
  z.object({ type: z.literal('response.output_audio_transcript.done'), ...part, transcript: z.string() }),
]);

const knownTypes = new Set<string>(known.options.map(({ shape }) => shape.type.value));

/** Of an event that the product does not read, only the type is known. */
export type RealtimeServerEvent = z.output<typeof known> | { type: 'other'; name: string };
export type RealtimeProblem = z.output<typeof problem>;

/** Reads one message. Throws `InvalidReply` for what is no event, or lacks what its type must have. */
export function readServerEvent(text: string): RealtimeServerEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidReply('a Realtime message that is no JSON', { cause });
  }
  const named = z.object({ type: z.string() }).safeParse(value);
  if (!named.success) throw new InvalidReply('a Realtime message without a type');
  const { type: name } = named.data;
  if (!knownTypes.has(name)) return { type: 'other', name };
  const event = known.safeParse(value);
  // The issues name fields, never values: an event may carry what somebody said.
  if (!event.success) {
    const fields = event.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new InvalidReply(`a Realtime event ${name} with other fields: ${fields}`);
  }
  return event.data;
}
