import { z } from 'zod';
import { badRequest, parseRequest } from './wire-error.ts';

const languageCode = z.string().regex(/^[a-z]{2,3}$/i, 'must be an ISO 639 language code such as en');

const transcriptionRequest = z.object({
  model: z.string(),
  language: languageCode.optional(),
  languages: z.array(languageCode).min(1).optional(),
  keywords: z.array(z.string().regex(/^[^<>\r\n]*$/, 'must not contain <, > or line breaks')).optional(),
  prompt: z.string().optional(),
  response_format: z.enum(['json', 'text', 'verbose_json']).default('json'),
  temperature: z.coerce.number().min(0).max(1).optional(),
  include: z.array(z.literal('logprobs')).optional(),
  timestamp_granularities: z.array(z.enum(['word', 'segment'])).default(['segment']),
  stream: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
});

export type TranscriptionRequest = z.output<typeof transcriptionRequest>;

/** Refuses what the named model refuses, so that a mistake shows before a real key is used. Throws a 400 `WireError`. */
export function parseTranscriptionRequest(fields: Record<string, string | string[]>): TranscriptionRequest {
  const request = parseRequest(transcriptionRequest, fields);
  const { model, response_format: format } = request;
  if (request.language && request.languages) throw badRequest("Send 'language' or 'languages', not both.", 'languages');
  if (format !== 'json' && model !== 'whisper-1') {
    throw badRequest(
      `response_format '${format}' is not compatible with model '${model}'. Use 'json' instead.`,
      'response_format',
      'unsupported_value',
    );
  }
  if ('timestamp_granularities' in fields && format !== 'verbose_json') {
    throw badRequest(
      "'timestamp_granularities' needs response_format 'verbose_json' and model 'whisper-1'.",
      'timestamp_granularities',
    );
  }
  if (request.include && !/^gpt-4o(-mini)?-transcribe/.test(model)) {
    throw badRequest(`'include' is not supported with model '${model}'.`, 'include');
  }
  return request;
}
