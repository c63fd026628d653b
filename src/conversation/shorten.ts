import { visibleText } from '../interview/language.ts';

/** Stands at the end of a text from which sentences were left out. */
export const shortenedMark = '[shortened]';

const gap = ' … ';
/** A longer sentence is taken apart: a machine's transcript of fast speech may have no full stop at all. */
const longestSentence = 240;
/** A longer run without a space is no word: other scripts write none, and some people paste. */
const longestWord = 40;

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
const words = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * The text as it is, or an extract of at most `maxChars` UTF-16 units with its mark: the first and the last sentence,
 * those with numbers, then the rest from the beginning for as long as there is room; in their order, cut between words
 * only. The same text gives the same extract. The mark is kept even where there is no room for anything else.
 */
export function shorten(text: string, maxChars: number): string {
  const visible = visibleText(text).trim();
  if (visible.length <= maxChars) return visible;
  const whole = visible.replace(/\s*\n\s*/g, '\n').replace(/[^\S\n]+/g, ' ');
  const longest = Math.max(1, Math.min(longestSentence, Math.floor(maxChars / 3)));
  const pieces = [...sentences.segment(whole)].flatMap(({ segment }) => splitSentence(segment, longest));
  let room = maxChars - shortenedMark.length - 1;
  const kept = new Set<number>();
  const keep = (at: number): boolean => {
    const piece = pieces[at]?.trimEnd() ?? '';
    if (piece.length > longest || piece === '' || kept.has(at)) return true;
    if (piece.length + gap.length > room) return false;
    kept.add(at);
    room -= piece.length + gap.length;
    return true;
  };
  keep(0);
  keep(pieces.length - 1);
  for (const [at, piece] of pieces.entries()) if (/\p{N}/u.test(piece)) keep(at);
  // The rest is told from the beginning until there is no room: crumbs from further on would make no sense.
  for (const at of pieces.keys()) if (!keep(at)) break;
  const inOrder = [...kept].sort((left, right) => left - right);
  const extract = inOrder.map((at) => (kept.has(at + 1) ? pieces[at] : `${pieces[at]?.trimEnd()}${gap}`)).join('');
  const ending = kept.has(pieces.length - 1) ? extract.slice(0, -gap.length) : extract.trimEnd();
  return `${ending} ${shortenedMark}`.trim();
}

/** The sentence, or parts of a longer one that end between words; only a single word can still be longer than `most`. */
function splitSentence(sentence: string, most: number): string[] {
  if (sentence.trimEnd().length <= most) return [sentence];
  const pieces: string[] = [];
  let piece = '';
  for (const word of wordsOf(sentence, Math.min(most, longestWord))) {
    if (piece && piece.length + word.trimEnd().length > most) {
      pieces.push(piece);
      piece = '';
    }
    piece += word;
  }
  return piece ? [...pieces, piece] : pieces;
}

/** Each word with the space behind it; a run without spaces by the words a dictionary finds in it. */
function wordsOf(sentence: string, longest: number): string[] {
  return (sentence.match(/\S+\s*/gu) ?? []).flatMap((word) =>
    word.trimEnd().length <= longest ? [word] : [...words.segment(word)].map(({ segment }) => segment),
  );
}
