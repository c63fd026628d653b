import { z } from 'zod';
import { languageSchema, visibleText } from '../interview/language.ts';
import { idSchema } from '../interview/schemas.ts';
import { voiceSchema } from '../speech/voices.ts';

/** Brief 1's messages: what begins has an `action`, what is said has a `messageType` and stands in `audioData`. */
const start = z.object({
  action: z.literal('start'),
  token: z.string().max(10_000).optional(),
  sessionId: idSchema.optional(),
  instructions: z
    .string()
    .overwrite(visibleText)
    .trim()
    .max(8_000, 'The instructions are longer than 8,000 characters. Shorten them.')
    .optional(),
  voice: voiceSchema.optional(),
  language: languageSchema.optional(),
  mode: z.enum(['converse', 'transcribe', 'listen'], 'The mode is converse, transcribe or listen.').default('converse'),
  questionId: idSchema.optional(),
  recordingId: idSchema.optional(),
});

const text = z
  .string('Send what was said as text in audioData.')
  .overwrite(visibleText)
  .trim()
  .min(1, 'Say something: the text is empty.')
  .max(20_000, 'This is longer than 20,000 characters. Say it in parts.');

const said = z.discriminatedUnion(
  'messageType',
  [
    z.object({
      messageType: z.literal('audio'),
      audioData: z.base64('Send the sound as base64 in audioData.').min(4, 'The sound is empty.'),
    }),
    z.object({ messageType: z.literal('text'), audioData: text }),
  ],
  'The messageType is audio or text.',
);

const action = z.discriminatedUnion(
  'action',
  [
    start,
    z.object({ action: z.literal('commit') }),
    z.object({ action: z.literal('interrupt'), heardMs: z.number().nonnegative().optional() }),
    z.object({ action: z.literal('stop') }),
  ],
  'The action is start, commit, interrupt or stop.',
);

export type StartMessage = z.output<typeof start>;
export type ClientMessage = z.output<typeof action> | z.output<typeof said>;

const named = z.looseObject({ action: z.unknown().optional() }, 'Send a JSON object.');

/** Throws a `ZodError` that says what to send. */
export function readClientMessage(value: unknown): ClientMessage {
  return named.parse(value).action === undefined ? said.parse(value) : action.parse(value);
}
