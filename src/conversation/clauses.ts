import { type Boundary, createBoundaryScanner } from './boundary-scanner.ts';
import { createTokenEndJudge } from './token-end.ts';
import { type Break, lastGrapheme, lastWordBreak } from './unspaced-break.ts';

export interface ClauseOptions {
  /** BCP 47 tag of the reply's language. */
  language: string;
  /** False: even the first piece is a whole sentence. */
  firstClause?: boolean;
  /** The longest piece in UTF-16 code units, without whitespace at its end; 250 unless told, at least 40. */
  maxCharacters?: number;
  /** Deltas are a model's tokens: the first piece need not wait for the token after the one that closes it. */
  tokens?: boolean;
}

export interface ClauseCutter {
  /** Takes the next delta, split anywhere, and gives the pieces that it made certain. */
  push(delta: string): string[];
  /** The text is over: gives what is left. The cutter is then spent. */
  end(): string[];
}

const fewestLetters = 10;

/**
 * Text deltas in, speakable pieces out, each as soon as it is certain. The first piece ends at the earliest clause with
 * ten spoken letters and has 120 characters at most; later ones end with their sentence. A sentence under ten letters
 * is joined to the next one; one over `maxCharacters` is cut at a clause, else at a space, else between words.
 *
 * The pieces joined are the text exactly, whitespace included: a piece ends in front of a visible character and keeps
 * the whitespace before that. Each has a visible character, so a blank text gives none. A word, number or address
 * longer than `maxCharacters` stays whole up to twice that length. How the text was split into deltas never matters,
 * unless they are `tokens`: then the first piece may leave the whitespace behind it to the second.
 * Throws a RangeError for a language that is no tag, or for too small a `maxCharacters`.
 */
export function createClauseCutter(options: ClauseOptions): ClauseCutter {
  const { language, firstClause = true, maxCharacters = 250, tokens = false } = options;
  if (!(maxCharacters >= 40)) throw new RangeError('maxCharacters must be at least 40.');
  const scanner = createBoundaryScanner(language);
  const endOfToken = createTokenEndJudge(language);
  let rest = '';
  let start = 0; // of `rest` in the text
  let begin = 0; // of what is visible in `rest`: a text may open with whitespace
  let lettersBefore = 0;
  let first = firstClause;
  let boundaries: Boundary[] = [];
  let stuck = false;
  let opening = tokens;
  let lastLength = 0;
  let lone = '';

  const limit = () => (first ? Math.min(120, maxCharacters) : maxCharacters);
  const overLimit = () => scanner.settled() - begin > limit();

  /** At the limit: a clause in its last two thirds, else the last space or word break, else wait for the next gap. */
  function cutAtLimit(): Boundary | undefined {
    const within = boundaries.filter((boundary) => boundary.end - begin <= limit());
    const clause = within.findLast((boundary) => boundary.strength !== 'space');
    if (clause && clause.end - begin >= limit() / 3) return clause;
    const gap = within.at(-1);
    const word = stuck ? undefined : lastWordBreak(rest.slice(0, begin - start + limit()), language);
    stuck = true;
    if (word && start + word.at > (gap?.at ?? 0)) return boundaryAt(word);
    const any = gap ?? boundaries[0];
    if (any || scanner.settled() - begin < 2 * maxCharacters) return any;
    return boundaryAt(lastGrapheme(rest.slice(0, begin - start + 2 * maxCharacters)));
  }

  function boundaryAt({ at, letters }: Break): Boundary {
    return { at: start + at, end: start + at, strength: 'space', letters: lettersBefore + letters };
  }

  function nextBoundary(): Boundary | undefined {
    const ends = ({ strength }: Boundary) => strength === 'sentence' || (first && strength === 'clause');
    const fits = ({ letters, end }: Boundary) => end - begin <= limit() && letters - lettersBefore >= fewestLetters;
    return boundaries.find((each) => ends(each) && fits(each)) ?? (overLimit() ? cutAtLimit() : undefined);
  }

  function cutAll(): string[] {
    const pieces: string[] = [];
    for (let boundary = nextBoundary(); boundary; boundary = nextBoundary()) {
      const { at, letters } = boundary;
      pieces.push(rest.slice(0, at - start));
      rest = rest.slice(at - start);
      boundaries = boundaries.filter((later) => later.at > at);
      start = begin = at;
      lettersBefore = letters;
      first = stuck = opening = false;
    }
    return pieces;
  }

  function read(text: string): string[] {
    const pieces: string[] = [];
    for (const character of text) {
      if (scanner.settled() === 0) begin = rest.length;
      rest += character;
      // A gap in front of which the text was cut already is none.
      const found = scanner.read(character).filter(({ end }) => end > begin);
      boundaries.push(...found);
      if (found.length > 0 || overLimit()) pieces.push(...cutAll());
    }
    return pieces;
  }

  /** The opening piece when a token closes it: the boundary that the next token would make certain. */
  function cutAtTokenEnd(delta: string): string[] {
    // Whoever sends single letters sends no tokens.
    const whole = delta.length + lastLength > 2;
    lastLength = delta.length;
    const strength = whole && opening ? endOfToken(rest) : null;
    if (strength !== 'sentence' && !(first && strength)) return [];
    boundaries.push({ at: start + rest.length, end: scanner.settled(), strength, letters: scanner.letters() });
    return cutAll();
  }

  return {
    push(delta) {
      const text = lone + delta;
      // Half of a surrogate pair waits for the other half.
      lone = /[\ud800-\udbff]$/.exec(text)?.[0] ?? '';
      const pieces = read(lone ? text.slice(0, -1) : text);
      return opening && !lone ? [...pieces, ...cutAtTokenEnd(delta)] : pieces;
    },
    end() {
      const pieces = read(lone);
      boundaries.push(...scanner.end());
      pieces.push(...cutAll());
      return rest.trim() === '' ? pieces : [...pieces, rest];
    },
  };
}

/**
 * The pieces of a streamed text, as `createClauseCutter` cuts them. Ends or fails with `deltas`; after a failure the
 * unfinished rest is not given. Leaving early ends `deltas` too.
 */
export async function* speakablePieces(deltas: AsyncIterable<string>, options: ClauseOptions): AsyncGenerator<string> {
  const cutter = createClauseCutter(options);
  for await (const delta of deltas) yield* cutter.push(delta);
  yield* cutter.end();
}
