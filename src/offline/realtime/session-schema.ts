import { z } from 'zod';
import { parseStrictly } from '../wire-error.ts';

/** The voices of the Realtime API; fable, onyx and nova exist on the speech endpoint only. */
const voices = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'] as const;

const pcm = z.strictObject({
  type: z.literal('audio/pcm', 'the offline server takes and speaks audio/pcm only'),
  rate: z.literal(24_000, 'audio/pcm has 24000 samples a second').default(24_000),
});

const languageCode = z.string().regex(/^[a-z]{2,3}$/i, 'must be an ISO 639 language code such as en');
const transcription = z
  .strictObject({
    model: z.string(),
    language: languageCode.optional(),
    languages: z.array(languageCode).min(1).optional(),
    keywords: z.array(z.string().regex(/^[^<>\r\n]*$/, 'must not contain <, > or line breaks')).optional(),
    prompt: z.string().optional(),
    delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  })
  .refine(({ language, languages }) => !(language && languages), {
    path: ['languages'],
    error: 'send language or languages, not both',
  });

const onSpeech = {
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
};
const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.int().min(0).default(300),
    silence_duration_ms: z.int().min(0).default(500),
    idle_timeout_ms: z.null('the offline server has no idle timeout').optional(),
    ...onSpeech,
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
    ...onSpeech,
  }),
]);
export type TurnDetection = z.output<typeof turnDetection>;

const input = z.strictObject({
  format: pcm.optional(),
  transcription: transcription.nullish(),
  noise_reduction: z.strictObject({ type: z.enum(['near_field', 'far_field']) }).nullish(),
  turn_detection: turnDetection.nullish(),
});
const include = z.array(z.literal('item.input_audio_transcription.logprobs')).nullish();

export const outputModalities = z
  .array(z.enum(['text', 'audio']))
  .length(1, "ask for ['audio'] or ['text']: both at once are not supported");
export const maxOutputTokens = z.union([z.int().min(1), z.literal('inf')]);
export const toolSettings = {
  tools: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('function'),
          name: z.string(),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
        }),
        z.looseObject({ type: z.literal('mcp'), server_label: z.string() }),
      ]),
    )
    .optional(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: z.strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional() }).optional(),
  prompt: z.looseObject({ id: z.string() }).nullish(),
};
export const outputFormat = pcm;
export const outputVoice = z.enum(voices, { error: `choose one of: ${voices.join(', ')}` });

const conversation = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  output_modalities: outputModalities.optional(),
  instructions: z.string().optional(),
  audio: z
    .strictObject({
      input: input.optional(),
      output: z
        .strictObject({
          format: outputFormat.optional(),
          voice: outputVoice.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  include,
  tracing: z.union([z.literal('auto'), z.looseObject({})]).nullish(),
  max_output_tokens: maxOutputTokens.optional(),
  truncation: z.union([z.enum(['auto', 'disabled']), z.looseObject({ type: z.literal('retention_ratio') })]).optional(),
  ...toolSettings,
});
const transcriber = z.strictObject({
  type: z.literal('transcription'),
  audio: z.strictObject({ input: input.optional() }).optional(),
  include,
});

/** What a client may set. Fields of the beta (`modalities`, `input_audio_format`, `temperature`, …) are unknown here. */
export const sessionSchema = z.discriminatedUnion('type', [conversation, transcriber]);
export type SessionRequest = z.output<typeof sessionSchema>;

/** Throws a 400 `WireError` with `unknown_parameter`, `missing_required_parameter`, `invalid_type` or `invalid_value`. */
export function parseSession(value: unknown): SessionRequest {
  return parseStrictly(sessionSchema, value, 'session');
}
