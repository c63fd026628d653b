import { z } from 'zod';
import { badRequest, parseStrictly } from '../wire-error.ts';
import { clientItem, inputItem } from './item-schema.ts';
import {
  maxOutputTokens,
  outputFormat,
  outputModalities,
  outputVoice,
  sessionSchema,
  toolSettings,
} from './session-schema.ts';

/** OpenAI's limit for the audio of one event, in characters of base64. */
const maxAppendCharacters = 15 * 1024 * 1024;
/** A longer message is not read at all: the socket closes with 1009. */
export const maxMessageBytes = 16 * 1024 * 1024;

const audio = z
  .string()
  .max(maxAppendCharacters, 'at most 15 MiB of base64 in one event')
  .refine((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), 'expected base64-encoded audio');

const metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'at most 16 pairs');

const responseParameters = z.strictObject({
  instructions: z.string().optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  output_modalities: outputModalities.optional(),
  input: z.array(inputItem).optional(),
  metadata: metadata.nullish(),
  audio: z
    .strictObject({
      output: z.strictObject({ format: outputFormat.optional(), voice: outputVoice.optional() }).optional(),
    })
    .optional(),
  max_output_tokens: maxOutputTokens.optional(),
  ...toolSettings,
});
export type ResponseParameters = z.output<typeof responseParameters>;

const base = { event_id: z.string().max(512).optional() };
const itemId = z.string().min(1);

const clientEvent = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ ...base, type: z.literal('session.update'), session: sessionSchema }),
    z.strictObject({ ...base, type: z.literal('input_audio_buffer.append'), audio }),
    z.strictObject({ ...base, type: z.literal('input_audio_buffer.commit') }),
    z.strictObject({ ...base, type: z.literal('input_audio_buffer.clear') }),
    z.strictObject({ ...base, type: z.literal('output_audio_buffer.clear') }),
    z.strictObject({
      ...base,
      type: z.literal('conversation.item.create'),
      previous_item_id: z.string().nullish(),
      item: clientItem,
    }),
    z.strictObject({ ...base, type: z.literal('conversation.item.retrieve'), item_id: itemId }),
    z.strictObject({ ...base, type: z.literal('conversation.item.delete'), item_id: itemId }),
    z.strictObject({
      ...base,
      type: z.literal('conversation.item.truncate'),
      item_id: itemId,
      content_index: z.int().min(0),
      audio_end_ms: z.int().min(0),
    }),
    z.strictObject({ ...base, type: z.literal('response.create'), response: responseParameters.nullish() }),
    z.strictObject({ ...base, type: z.literal('response.cancel'), response_id: z.string().optional() }),
  ],
  { error: 'not the type of a client event' },
);
export type ClientEvent = z.output<typeof clientEvent>;

/** What a client sent, as JSON. Throws a 400 `WireError`. */
export function readMessage(message: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(message);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below: the sender needs no parser's diagnosis.
  }
  throw badRequest('The message is not a JSON object.', undefined, 'invalid_json');
}

/** Throws a 400 `WireError` that names the field and what is wrong with it. */
export function parseClientEvent(value: Record<string, unknown>): ClientEvent {
  return parseStrictly(clientEvent, value);
}
