import { z } from 'zod';

const bytes = z.custom<Uint8Array<ArrayBufferLike>>((value) => value instanceof Uint8Array);
const id = z.number();

/** One step of one encoding. The next `add` or `finish` is sent once `taken` has come. */
export const encodingJobSchema = z.discriminatedUnion('kind', [
  z.object({ id, kind: z.literal('add'), pcm: bytes }),
  z.object({ id, kind: z.literal('finish') }),
  z.object({ id, kind: z.literal('cancel') }),
]);
export type EncodingJob = z.output<typeof encodingJobSchema>;

/** `mp3` comes whenever there is some. `ended` and `failed` are the last of an encoding. */
export const encodingReplySchema = z.discriminatedUnion('kind', [
  z.object({ id, kind: z.literal('mp3'), mp3: bytes }),
  z.object({ id, kind: z.literal('taken') }),
  z.object({ id, kind: z.literal('ended') }),
  z.object({ id, kind: z.literal('failed'), reason: z.string() }),
]);
export type EncodingReply = z.output<typeof encodingReplySchema>;
