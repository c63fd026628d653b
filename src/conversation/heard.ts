import { z } from 'zod';

/** What is spoken when in a reply's audio. */
export const spokenPieceSchema = z.object({ text: z.string(), startMs: z.number(), endMs: z.number() });
export type TimedPiece = z.output<typeof spokenPieceSchema>;

/**
 * The words of a reply that were heard in its first `heardMs`: whole pieces, and of the piece that was cut into as many
 * whole words as its share of time allows. The interviewer's memory then matches the candidate's.
 */
export function heardText(pieces: readonly TimedPiece[], heardMs: number, language: string): string {
  const words = new Intl.Segmenter(language, { granularity: 'word' });
  let heard = '';
  for (const { text, startMs, endMs } of pieces) {
    if (heardMs >= endMs) {
      heard += text;
      continue;
    }
    const share = Math.max(0, heardMs - startMs) / Math.max(1, endMs - startMs);
    let cut = 0;
    for (const { index, segment } of words.segment(text)) {
      if (index + segment.length > text.length * share) break;
      cut = index + segment.length;
    }
    return (heard + text.slice(0, cut)).trimEnd();
  }
  return heard.trimEnd();
}
