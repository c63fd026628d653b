import { z } from 'zod';

/** How fast the vendor answers, in milliseconds, each from the last byte of its request. */
export const paceSchema = z.object({
  transcribeMs: z.number(),
  firstTokenMs: z.number(),
  tokenMs: z.number(),
  speechFirstByteMs: z.number(),
  speechChunkMs: z.number(),
  speechChunks: z.number(),
});
export type TurnPace = z.output<typeof paceSchema>;

export const pace: TurnPace = {
  transcribeMs: 120,
  firstTokenMs: 150,
  tokenMs: 10,
  speechFirstByteMs: 80,
  speechChunkMs: 20,
  speechChunks: 10,
};

/** What the candidate says in every turn, and what the transcriber gives for it. */
export const said = 'I cut the error rate of our payments by forty percent.';

/** The reply to every turn, token by token: a sentence of thirteen with a clause in it, and two more. */
export const replyTokens = [
  ...['Thank', ' you', ' for', ' explaining', ' that', ',', ' it', ' helps', ' me', ' see', ' your', ' part', '.'],
  ...[' What', ' did', ' you', ' measure', ' before', ' and', ' after', ' the', ' change', '?'],
  ...[' Take', ' your', ' time', ' and', ' name', ' a', ' number', '.'],
];
const firstSentenceTokens = replyTokens.findIndex((token) => /^[.!?]$/.test(token)) + 1;

/**
 * Milliseconds from the last uploaded byte to the first byte of speech for a server that takes no time of its own and
 * speaks whole sentences: transcribed, the first sentence written to its last token, its first sound.
 */
export function sentenceFloorMs({ transcribeMs, firstTokenMs, tokenMs, speechFirstByteMs }: TurnPace): number {
  return transcribeMs + firstTokenMs + (firstSentenceTokens - 1) * tokenMs + speechFirstByteMs;
}
