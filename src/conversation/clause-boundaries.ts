import { primaryLanguage } from '../interview/language.ts';
import { abbreviationsOf } from './abbreviations.ts';
import * as marks from './punctuation.ts';

export type BoundaryStrength = 'sentence' | 'clause' | 'space';

/** A gap between two characters, as the scanner met it. */
export interface Gap {
  /** The last characters before the gap, without its whitespace. */
  left: string;
  /** '' between two characters that touch, '\u00a0' for spaces that forbid a break, '\n\n' for a blank line. */
  space: '' | ' ' | '\u00a0' | '\n' | '\n\n';
  /** What follows, from its first visible character on: one or more, ending with the last one known. */
  right: string;
  /** Nothing more of `right` is to come that could matter. */
  complete: boolean;
}

/** The strength of a gap, null for a place that must stay whole, or undefined as long as `right` is too short to tell. */
export type GapJudge = (gap: Gap) => BoundaryStrength | null | undefined;

/**
 * Judges gaps by Unicode's sentence rules (UAX #29, in the language's tailoring) and corrects them where they know
 * nothing of abbreviations, ordinals, list numbers, ellipses, quoted speech and markdown.
 * Throws a RangeError when `language` is no language tag.
 */
export function createGapJudge(language: string): GapJudge {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  const abbreviations = abbreviationsOf(primaryLanguage(language));

  function endsByUnicode(core: string, closers: string, space: string, next: string): boolean {
    // The rules look at the letter before the mark and at what follows it: a short window says as much as a long one.
    const before = core.slice(-24) + closers.replace(/[^\p{Pe}\p{Pi}\p{Pf}"']/gu, '').slice(0, 8) + space;
    return segmenter.segment(before + next).containing(before.length)?.index === before.length;
  }

  /** `First. 2` at its end, but not `Jan. 5`. */
  function isListNumber(text: string): boolean {
    const found = marks.listNumber.exec(text);
    if (!found?.groups?.stop) return found !== null;
    return abbreviations.classify(marks.lastWord(text.slice(0, found.index))) === 'plain';
  }

  /** After a full stop, when the next character is neither lower-case nor punctuation. */
  function afterFullStop(core: string, next: string, { right, complete }: Gap): BoundaryStrength | null | undefined {
    const text = core.slice(0, -1);
    if (isListNumber(text)) return null;
    const kind = abbreviations.classify(marks.lastWord(text));
    if (kind === 'plain' || kind === 'closing') return 'sentence';
    if (kind === 'beforeNumber') return /^\p{N}/u.test(next) ? null : 'sentence';
    if (kind === 'inside') return null;
    if (!complete && right.length < marks.longestStarter && !marks.wordIsOver(right)) return undefined;
    return abbreviations.starts(marks.firstWord(right)) ? 'sentence' : null;
  }

  return (gap) => {
    const { left, space, right } = gap;
    const next = marks.firstSpoken(right);
    if (marks.attaches.test(right)) return null;
    if (next === '' && !gap.complete && right.length < marks.longestStarter) return undefined;
    if (!space.includes('\n') && marks.leadingDash.test(right)) return null;
    const core = left.replace(marks.trailingClosers, '');
    const mark = core.at(-1) ?? '';
    const lower = /^\p{Ll}/u.test(next);
    const closers = left.slice(core.length);

    if (marks.ellipsis.test(core)) return space.includes('\n') || !lower ? 'sentence' : 'clause';
    if (space.includes('\n')) {
      if (marks.bareBullet.test(left)) return null;
      if (mark === '.' && isListNumber(core.slice(0, -1))) return null;
      const wrapped = space === '\n' && lower && !marks.sentenceMark.test(mark);
      if (!wrapped) return 'sentence';
    }
    if (space === '') {
      if (marks.fullStops.test(mark) && marks.digitBefore.test(core) && /^\p{N}/u.test(next)) return null;
    }
    if (marks.sentenceMark.test(mark) || endsByUnicodeOnly(mark, language)) {
      if (!endsByUnicode(core, closers, space, next || right)) return null;
      if (marks.fullStops.test(mark)) return afterFullStop(core, next, gap);
      if (/[」』]$/.test(closers) && /^[とっ]/.test(next)) return null; // 「…」と, she said
      return lower && marks.quotes.test(closers) ? 'clause' : 'sentence';
    }
    if (marks.endsClause(core, space, next)) return 'clause';
    if (space === '' || space === '\u00a0' || marks.keepsTogether(left)) return null;
    return marks.betweenSpaceless(left, right) ? 'clause' : 'space';
  };
}

/** The Greek question mark looks like a semicolon; only the tailoring of Greek knows. */
function endsByUnicodeOnly(mark: string, language: string): boolean {
  return mark === ';' && primaryLanguage(language) === 'el';
}
