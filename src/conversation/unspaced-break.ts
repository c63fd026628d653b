import { spacelessLetter, spokenLetters } from './punctuation.ts';

export interface Break {
  /** UTF-16 code units before the break. */
  at: number;
  /** Spoken letters before the break. */
  letters: number;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function breakAt(text: string, at: number): Break {
  let letters = 0;
  for (const character of text.slice(0, at)) letters += spokenLetters(character);
  return { at, letters };
}

/** The last break between two words of a script without spaces, such as Chinese or Thai; never in a Latin word. */
export function lastWordBreak(text: string, language: string): Break | undefined {
  if (!spacelessLetter.test(text)) return undefined;
  let at = 0;
  let before = '';
  for (const { index, segment } of new Intl.Segmenter(language, { granularity: 'word' }).segment(text)) {
    if (spacelessLetter.test(before) && startsSpaceless(segment)) at = index;
    before = segment;
  }
  return at > 0 ? breakAt(text, at) : undefined;
}

function startsSpaceless(segment: string): boolean {
  const [first = ''] = segment;
  return spacelessLetter.test(first);
}

/** The last break between two graphemes (UAX #29), or the end of the text when it is all one. Text must not be empty. */
export function lastGrapheme(text: string): Break {
  const whole = text.replace(/[\ud800-\udbff]$/, ''); // half a pair would look like the start of a grapheme
  const last = graphemes.segment(whole).containing(whole.length - 1);
  return breakAt(whole, last?.index || whole.length);
}
