import type { TimedWord } from './transcriber.ts';
import type { SpeechSegment } from './voice-activity.ts';

/** Scripts written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** One Han character is a syllable, about as long as three Latin letters. */
const hanWeight = 3;

/** Words as they stand in the text; punctuation stays with the word it follows. */
function splitWords(text: string): string[] {
  return text
    .split(/\s+/u)
    .filter(Boolean)
    .flatMap((token) => {
      if (!unspaced.test(token)) return [token];
      const words: string[] = [];
      for (const { segment, isWordLike } of segmenter.segment(token)) {
        if (isWordLike || words.length === 0) words.push(segment);
        else words.push(words.pop() + segment);
      }
      return words;
    });
}

function weigh(word: string): number {
  let weight = 0;
  for (const letter of word.match(/[\p{L}\p{N}]/gu) ?? []) weight += /\p{Script=Han}/u.test(letter) ? hanWeight : 1;
  return Math.max(1, weight);
}

/**
 * Estimates when each word was said: the words are laid over the stretches of speech in proportion to their length, none
 * across a pause. Without segments the whole recording counts as speech. Times are whole milliseconds that never go back.
 */
export function spreadWords(text: string, segments: readonly SpeechSegment[], durationMs: number): TimedWord[] {
  const speech = segments.length > 0 ? segments : [{ startMs: 0, endMs: durationMs }];
  const words = splitWords(text).map((word) => ({ word, weight: weigh(word) }));
  const totalWeight = words.reduce((sum, { weight }) => sum + weight, 0);
  const speechMs = speech.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);

  let current = 0;
  let spokenBefore = 0;
  let weightBefore = 0;
  return words.map(({ word, weight }) => {
    const from = (weightBefore / totalWeight) * speechMs;
    weightBefore += weight;
    const to = (weightBefore / totalWeight) * speechMs;
    const middle = (from + to) / 2;
    // The segment in which the middle of the word falls holds all of it.
    for (;;) {
      const { startMs, endMs } = speech[current] ?? { startMs: 0, endMs: 0 };
      const length = endMs - startMs;
      if (middle < spokenBefore + length || current === speech.length - 1) {
        const within = (spoken: number) => Math.round(startMs + Math.min(length, Math.max(0, spoken - spokenBefore)));
        return { word, startMs: within(from), endMs: within(to) };
      }
      spokenBefore += length;
      current += 1;
    }
  });
}
