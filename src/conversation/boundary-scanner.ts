import { type BoundaryStrength, createGapJudge, type Gap } from './clause-boundaries.ts';
import { attaches, closer, picture, sentenceMark, spokenLetters, tightMark } from './punctuation.ts';

export interface Boundary {
  /** UTF-16 code units from the start of the text to the first character after the gap. */
  at: number;
  /** The same up to the last visible character before the gap. */
  end: number;
  strength: BoundaryStrength;
  /** Spoken letters before it, from the start of the text. */
  letters: number;
}

export interface BoundaryScanner {
  /** Takes the next code point and gives the boundaries that it made certain, in order. */
  read(character: string): Boundary[];
  /** The text is over: decides what was still open. */
  end(): Boundary[];
  /** Offset just behind the last visible character up to which every gap has been judged. */
  settled(): number;
  /** Spoken letters of all that was read. */
  letters(): number;
}

const remembered = 96; // code units looked back on: the longest link text or word that a rule asks for

/** Finds where a text can be cut. One code point at a time, so that no answer depends on how the text arrived. */
export function createBoundaryScanner(language: string): BoundaryScanner {
  const judge = createGapJudge(language);
  let at = 0;
  let visibleEnd = 0;
  let letters = 0;
  let recent = '';
  let breaks = 0;
  let spaced = false;
  let guillemet = '';
  let linkSince = -1;
  let breakable = false;
  let afterReturn = false;
  let open: { at: number; end: number; letters: number; gap: Gap } | undefined;

  function space(): Gap['space'] {
    if (breaks > 0) return breaks > 1 ? '\n\n' : '\n';
    return spaced ? (breakable ? ' ' : '\u00a0') : '';
  }

  function remember(character: string): void {
    recent += character;
    if (recent.length > 2 * remembered) recent = recent.slice(-remembered);
  }

  function settle(complete: boolean): Boundary[] {
    if (!open) return [];
    open.gap.complete = complete;
    const strength = judge(open.gap);
    if (strength === undefined) return [];
    const boundary = strength && { at: open.at, end: open.end, strength, letters: open.letters };
    open = undefined;
    return boundary ? [boundary] : [];
  }

  function startsGap(character: string): boolean {
    if (recent === '' || (linkSince >= 0 && at - linkSince < remembered)) return false;
    if (spaced) {
      if (breaks === 0 && picture.test(character)) return false;
      return !(guillemet !== '' && (character === '«' || character === '»') && character !== guillemet);
    }
    if (!tightMark.test(recent.slice(-8)) || attaches.test(character) || picture.test(character)) return false;
    const straight = character === '"' || character === "'";
    const afterSentence = sentenceMark.test(recent.at(-1) ?? '');
    return straight ? !afterSentence : !closer.test(character) || /[“‘„«]/.test(character);
  }

  function follow(character: string): void {
    if (character === '«' || character === '»') guillemet = guillemet && guillemet !== character ? '' : character;
    if (character === '[') linkSince = at;
    if (character === ']') linkSince = -1;
  }

  return {
    read(character) {
      if (/\s/u.test(character)) {
        const found = settle(true);
        if (/[\n\r\u2028\u2029]/.test(character) && !(character === '\n' && afterReturn)) breaks += 1;
        afterReturn = character === '\r';
        breakable ||= !/[\u00a0\u202f\u2007]/.test(character);
        spaced = true;
        at += character.length;
        return found;
      }
      if (open) open.gap.right += character;
      else if (startsGap(character)) {
        open = {
          at,
          end: visibleEnd,
          letters,
          gap: { left: recent, space: space(), right: character, complete: false },
        };
      }
      const found = settle(false);
      if (spaced && recent !== '') remember(breaks > 0 ? '\n' : ' ');
      if (breaks > 0) linkSince = -1;
      spaced = breakable = afterReturn = false;
      breaks = 0;
      follow(character);
      remember(character);
      at += character.length;
      visibleEnd = at;
      letters += spokenLetters(character);
      return found;
    },
    end: () => settle(true),
    settled: () => open?.end ?? visibleEnd,
    letters: () => letters,
  };
}
