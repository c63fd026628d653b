import { z } from 'zod';

/** A piece of one upload, in order. `last` ends it; an upload that broke off sends it too, so that nothing is kept. */
export const hashJobSchema = z.object({
  id: z.number(),
  bytes: z.custom<Uint8Array<ArrayBufferLike>>((value) => value instanceof Uint8Array).nullable(),
  last: z.boolean(),
});
export type HashJob = z.infer<typeof hashJobSchema>;

export const hashReplySchema = z.object({ id: z.number(), digest: z.string().nullable() });
