import { z } from 'zod';
import { errorCodeSchema } from '../errors.ts';
import { supportedFormats } from './formats.ts';

/** Work on a recording, as it is sent to the media process. */
export const mediaJobSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('inspect'),
    path: z.string(),
    limits: z.object({ formats: z.array(z.enum(supportedFormats)), maxDurationMs: z.number() }),
  }),
  z.object({ kind: z.literal('listen'), path: z.string() }),
  z.object({ kind: z.literal('locate'), path: z.string() }),
  z.object({ kind: z.literal('shrink'), path: z.string(), target: z.string() }),
  z.object({ kind: z.literal('decode'), path: z.string(), target: z.string() }),
]);
export type MediaJob = z.infer<typeof mediaJobSchema>;

/** What each kind of job answers. */
export const resultSchemas = {
  inspect: z.object({
    format: z.enum(supportedFormats),
    mimeType: z.string(),
    durationMs: z.number(),
    hasVideo: z.boolean(),
  }),
  listen: z.boolean(),
  locate: z.array(z.object({ startMs: z.number(), endMs: z.number() })),
  shrink: z.null(),
  decode: z.null(),
};

/** A refusal keeps its code and message on the way; anything else a parser threw has only a message, for the log. */
export const replySchema = z.union([
  z.object({ result: z.unknown() }),
  z.object({ refusal: z.object({ code: errorCodeSchema, message: z.string() }) }),
  z.object({ failure: z.string() }),
]);
export type MediaReply = z.infer<typeof replySchema>;
