import { z } from 'zod';
import { badRequest, parseRequest } from './wire-error.ts';

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z
    .union([z.string(), z.array(textPart)])
    .nullish()
    .transform((content) => (Array.isArray(content) ? content.map((part) => part.text).join('\n') : (content ?? ''))),
});
const jsonSchema = z.object({
  type: z.literal('json_schema'),
  json_schema: z.object({ name: z.string().regex(/^[\w-]{1,64}$/), schema: z.record(z.string(), z.unknown()) }),
});
const chatRequest = z.object({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  response_format: z.union([jsonSchema, z.object({ type: z.literal('text') })]).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  reasoning_effort: z.string().nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
});

export type ChatRequest = z.output<typeof chatRequest>;
export type OfflineChatMessage = ChatRequest['messages'][number];

/** Refuses the parameters that the named model family refuses. Throws a 400 `WireError`. */
export function parseChatRequest(body: unknown): ChatRequest {
  const request = parseRequest(chatRequest, body);
  const { model } = request;
  const refused = /^(gpt-[56]|o\d)/.test(model)
    ? (['temperature', 'max_tokens'] as const)
    : /^gpt-4/.test(model)
      ? (['reasoning_effort'] as const)
      : [];
  const parameter = refused.find((name) => request[name] != null);
  if (parameter) {
    throw badRequest(
      `Unsupported parameter: '${parameter}' with model '${model}'.`,
      parameter,
      'unsupported_parameter',
    );
  }
  if (request.stream_options && !request.stream) {
    throw badRequest("'stream_options' is only allowed when 'stream' is enabled.", 'stream_options');
  }
  return request;
}

/** The JSON between `<data>` and `</data>` in the last user message. Throws a 400 `WireError`. */
export function readData(messages: OfflineChatMessage[]): unknown {
  // The last that has one: a request for repair follows it.
  const blocks = messages.flatMap(({ role, content }) =>
    role === 'user' ? (/<data>\n([\s\S]*?)\n<\/data>/.exec(content)?.[1] ?? []) : [],
  );
  const block = blocks.at(-1);
  if (block === undefined) throw badRequest('No user message has a <data> block.', 'messages');
  try {
    return JSON.parse(block);
  } catch (cause) {
    throw Object.assign(badRequest('The <data> block is not JSON.', 'messages'), { cause });
  }
}
