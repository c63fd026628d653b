import type { AnswerView } from '../../../interview/schemas.ts';

/** A spoken word and where it stands in the transcript: UTF-16 offsets, end exclusive. */
export interface PlacedWord {
  startIndex: number;
  endIndex: number;
  startMs: number;
  endMs: number;
}

/** A stretch of the transcript that looks alike: one word, or what stands between two. */
export interface Piece {
  text: string;
  /** Index into the placed words; null between them. */
  word: number | null;
  quoted: boolean;
}

/** A word further away than this was not written down; to look on would lose the thread. */
const reach = 60;
const edges = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}%+#]+$/gu;

/** Finds the timed words in the transcript, one after the other. Words that do not stand there are left out. */
export function placeWords(transcript: string, words: AnswerView['words']): PlacedWord[] {
  const lower = transcript.toLowerCase();
  // Some capitals grow when they become small: then every offset would be wrong.
  const text = lower.length === transcript.length ? lower : transcript;
  const placed: PlacedWord[] = [];
  let from = 0;
  for (const { word, startMs, endMs } of words) {
    const bare = word.replaceAll(edges, '');
    const sought = text === lower ? bare.toLowerCase() : bare;
    const startIndex = sought ? text.slice(0, from + reach + sought.length).indexOf(sought, from) : -1;
    if (startIndex < 0) continue;
    from = startIndex + sought.length;
    placed.push({ startIndex, endIndex: from, startMs, endMs });
  }
  return placed;
}

/** Cuts the transcript at every word and at both ends of the quote. */
export function cutTranscript(
  transcript: string,
  words: readonly PlacedWord[],
  quote: { startIndex: number; endIndex: number } | null,
): Piece[] {
  const cuts = new Set([0, transcript.length, ...words.flatMap(({ startIndex, endIndex }) => [startIndex, endIndex])]);
  if (quote) cuts.add(quote.startIndex).add(quote.endIndex);
  const places = [...cuts].sort((one, other) => one - other);
  let word = 0;
  return places.slice(0, -1).map((start, index) => {
    while ((words[word]?.endIndex ?? Number.POSITIVE_INFINITY) <= start) word += 1;
    return {
      text: transcript.slice(start, places[index + 1]),
      word: (words[word]?.startIndex ?? Number.POSITIVE_INFINITY) <= start ? word : null,
      quoted: quote !== null && start >= quote.startIndex && start < quote.endIndex,
    };
  });
}

/** The word that is being said at this moment, and through the pause after it; null before the first. */
export function wordAt(words: readonly PlacedWord[], ms: number): number | null {
  const index = words.findLastIndex(({ startMs }) => startMs <= ms);
  const word = words[index];
  const pauseMs = 400;
  return word && ms <= word.endMs + pauseMs ? index : null;
}
