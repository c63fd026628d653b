import type { TimedWord } from '../speech/transcriber.ts';

/** A quote as it stands in the transcript, and when it was said. */
export interface LocatedQuote {
  text: string;
  /** UTF-16 offsets into the transcript, end exclusive. */
  startIndex: number;
  endIndex: number;
  /** Milliseconds from the start of the recording; null where no word timing is known. */
  startMs: number | null;
  endMs: number | null;
}

export interface TranscriptIndex {
  /** Words in the transcript; a character of a script without spaces counts as half a word. */
  wordCount: number;
  /** Where the quote stands, or null when it was not said. See `locateQuote`. */
  locate(quote: string): LocatedQuote | null;
}

/** What lies between two neighbouring letters: may a quote end here, and may its own spacing differ? */
const inside = 0; // one word: no
const joiner = 1; // co-founder, don't, Node.js: never an edge, and may be written apart or together
const open = 2; // beside a character of a script without spaces: an edge, and spacing is free
const apart = 3; // two words: an edge, and the quote must have a gap too

/** The letters and digits of a text in one case, each with its place and the gap before it. */
interface LetterStream {
  letters: string;
  starts: number[];
  ends: number[];
  /** One longer than `letters`: both ends of the text are gaps. */
  gaps: number[];
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const letter = /[\p{L}\p{N}\p{M}]/u;
const digit = /\p{Nd}/u;
const invisible = /[\p{Default_Ignorable_Code_Point}\u0640]|(?!\s)\p{Cc}/u;
const joining = /['‘’‛`ʼ׳״·.&@_‐-]/u;
const spaceless = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]/u;
const keptSymbol = /[.,:+#]/;

/** NFKD is applied per grapheme, so that every letter still knows its place in the text. */
function fold(text: string): string {
  return text.replaceAll('´', "'").normalize('NFKD').toUpperCase().toLowerCase();
}

function readLetters(text: string): LetterStream {
  const stream: LetterStream = { letters: '', starts: [], ends: [], gaps: [] };
  const symbols: { symbol: string; start: number; end: number }[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    for (const symbol of fold(segment)) symbols.push({ symbol, start: index, end: index + segment.length });
  }
  let separators = '';
  let last = '';
  let lastStart = -1;
  symbols.forEach(({ symbol, start, end }, at) => {
    if (invisible.test(symbol)) return;
    const touchesLetter = last !== '' && separators === '';
    const next = symbols[at + 1]?.symbol ?? '';
    const keep =
      (/[.,:]/.test(symbol) && touchesLetter && digit.test(last) && digit.test(next)) || // 29.50 is not 2950
      (/[+#]/.test(symbol) && touchesLetter); // C++ is not C
    if (!keep && (joining.test(symbol) || !letter.test(symbol))) {
      separators += symbol;
      return;
    }
    const gap = last === '' ? apart : gapBetween(last, separators, symbol, start !== lastStart);
    for (let unit = 0; unit < symbol.length; unit++) {
      stream.gaps.push(unit === 0 ? gap : inside);
      stream.starts.push(start);
      stream.ends.push(end);
    }
    stream.letters += symbol;
    separators = '';
    last = symbol;
    lastStart = start;
  });
  stream.gaps.push(apart);
  return stream;
}

function gapBetween(before: string, separators: string, after: string, otherGrapheme: boolean): number {
  if (otherGrapheme && (spaceless.test(before) || spaceless.test(after))) return open;
  if (separators === '') return inside;
  const joins = separators.length === 1 && joining.test(separators) && !(digit.test(before) && digit.test(after));
  return joins ? joiner : apart;
}

/** Twice the number of words between two places of a stream. */
function halfWords(stream: LetterStream, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const startsUnit = at === from || (stream.gaps[at] ?? inside) >= open;
    if (startsUnit) count += spaceless.test(String.fromCodePoint(stream.letters.codePointAt(at) ?? 0)) ? 1 : 2;
  }
  return count;
}

function spacingAgrees(said: LetterStream, from: number, quoted: LetterStream): boolean {
  const length = quoted.letters.length;
  if ((said.gaps[from] ?? inside) < open || (said.gaps[from + length] ?? inside) < open) return false;
  for (let at = 1; at < length; at++) {
    const [one, other] = [said.gaps[from + at], quoted.gaps[at]];
    if ((one === apart && other === inside) || (one === inside && other === apart)) return false;
  }
  return true;
}

/**
 * For each letter of the transcript the timed word it belongs to, or -1. Both are walked letter by letter, since
 * timed words lack punctuation and split differently; where they differ, the nearest eight equal letters rejoin them.
 */
function alignWords(said: LetterStream, words: TimedWord[]): Int32Array {
  const wordOf = new Int32Array(said.letters.length).fill(-1);
  const timed = readLetters(words.map(({ word }) => word).join(' '));
  const wordEnds: number[] = [];
  for (const { word } of words) wordEnds.push((wordEnds.at(-1) ?? -1) + word.length + 1);
  const [reach, run] = [240, 8];
  let [at, from, word] = [0, 0, 0];
  while (at < said.letters.length && from < timed.letters.length) {
    const [one, other] = [said.letters.charAt(at), timed.letters.charAt(from)];
    if (one === other) {
      while ((timed.starts[from] ?? 0) >= (wordEnds[word] ?? Number.POSITIVE_INFINITY)) word++;
      wordOf[at] = word;
      at++;
      from++;
    } else if (keptSymbol.test(one)) at++;
    else if (keptSymbol.test(other)) from++;
    else {
      const window = said.letters.slice(at, at + reach);
      let [skipSaid, skipTimed] = [reach / 2, reach / 2];
      for (let skip = 0; skip < Math.min(reach, skipSaid + skipTimed); skip++) {
        const next = timed.letters.slice(from + skip, from + skip + run);
        const found = next.length < 3 ? -1 : window.indexOf(next);
        if (found >= 0 && found + skip < skipSaid + skipTimed) [skipSaid, skipTimed] = [found, skip];
      }
      at += skipSaid;
      from += skipTimed;
    }
  }
  return wordOf;
}

/** Widens a quote over a sign or unit that touches it, so that `$29.50` and `-5%` are shown whole. */
function withSigns(transcript: string, start: number, end: number): [number, number] {
  const before = /(?:^|\s)([-−+$€£¥₹#@]{1,3})$/.exec(transcript.slice(Math.max(0, start - 4), start))?.[1] ?? '';
  const after = /^[%‰°€£¥₹]{1,2}/.exec(transcript.slice(end, end + 2))?.[0] ?? '';
  return [start - before.length, end + after.length];
}

/** Prepares a transcript once, so that many quotes are looked up in it at the cost of a text search each. */
export function indexTranscript(transcript: string, words: TimedWord[]): TranscriptIndex {
  const said = readLetters(transcript);
  const total = halfWords(said, 0, said.letters.length);
  const wordOf = alignWords(said, words);
  const locate = (quote: string): LocatedQuote | null => {
    const quoted = readLetters(quote);
    const length = quoted.letters.length;
    if (length === 0 || halfWords(quoted, 0, length) < Math.min(4, total)) return null;
    let from = said.letters.indexOf(quoted.letters);
    while (from >= 0 && !spacingAgrees(said, from, quoted)) from = said.letters.indexOf(quoted.letters, from + 1);
    if (from < 0 || halfWords(said, from, from + length) < Math.min(4, total)) return null;
    const [startIndex, endIndex] = withSigns(transcript, said.starts[from] ?? 0, said.ends[from + length - 1] ?? 0);
    const spoken = wordOf.subarray(from, from + length).filter((index) => index >= 0);
    const [first, last] = [words[spoken.at(0) ?? -1], words[spoken.at(-1) ?? -1]];
    return {
      text: transcript.slice(startIndex, endIndex),
      startIndex,
      endIndex,
      startMs: first?.startMs ?? null,
      endMs: first && last ? Math.max(first.startMs, last.endMs) : null,
    };
  };
  return { wordCount: total / 2, locate };
}

/**
 * Finds a quote in a transcript: the same whole words in the same order, whatever the case, punctuation, spacing and
 * Unicode form. In scripts without spaces a run of characters counts. Fewer than two words (four such characters) are
 * no evidence, unless the whole transcript is shorter. Null means that it was not said. Take `indexTranscript` for many.
 */
export function locateQuote(quote: string, transcript: string, words: TimedWord[]): LocatedQuote | null {
  return indexTranscript(transcript, words).locate(quote);
}
