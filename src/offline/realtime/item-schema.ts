import { z } from 'zod';

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const base = {
  id: z.string().min(1).optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
};

const message = z.discriminatedUnion('role', [
  z.strictObject({ ...base, type: z.literal('message'), role: z.literal('system'), content: z.array(inputText) }),
  z.strictObject({
    ...base,
    type: z.literal('message'),
    role: z.literal('user'),
    content: z.array(
      z.discriminatedUnion('type', [
        inputText,
        z.strictObject({
          type: z.literal('input_audio'),
          audio: z.base64().nullish(),
          transcript: z.string().nullish(),
        }),
        z.strictObject({
          type: z.literal('input_image'),
          image_url: z.string(),
          detail: z.enum(['auto', 'low', 'high']).optional(),
        }),
      ]),
    ),
  }),
  z.strictObject({
    ...base,
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('output_text'), text: z.string() }),
        z.strictObject({
          type: z.literal('output_audio'),
          audio: z.null('assistant audio cannot be put into a conversation').optional(),
          transcript: z.string().nullish(),
        }),
      ]),
    ),
  }),
]);
const functionCall = z.strictObject({
  ...base,
  type: z.literal('function_call'),
  call_id: z.string().optional(),
  name: z.string(),
  arguments: z.string(),
});
const functionOutput = z.strictObject({
  ...base,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: z.string(),
});

/** What a client may put into a conversation. */
export const clientItem = z.discriminatedUnion('type', [message, functionCall, functionOutput]);
export type ClientItem = z.output<typeof clientItem>;

/** What a response may be given instead of the conversation: items, or references to its items. */
export const inputItem = z.discriminatedUnion('type', [
  message,
  functionCall,
  functionOutput,
  z.strictObject({ type: z.literal('item_reference'), id: z.string() }),
]);
export type InputItem = z.output<typeof inputItem>;
