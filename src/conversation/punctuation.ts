/** Scripts written without spaces between words. */
const spaceless = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}`;
export const spacelessLetter = new RegExp(`[${spaceless}]`, 'u');
const phraseSpace = /[\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
const syllable = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}]/u;

/** What of a character is heard, in letters: a Han, kana or Hangul character counts as two and a half. */
export function spokenLetters(character: string): number {
  if (!/[\p{L}\p{N}]/u.test(character)) return 0;
  return syllable.test(character) ? 2.5 : 1;
}

const pictures = String.raw`\p{Emoji_Presentation}\p{Extended_Pictographic}\p{RI}\p{EMod}\u{e0020}-\u{e007f}\u20e3`;
export const picture = new RegExp(`^[${pictures}]`, 'u');
const closing = String.raw`)\]}»«”“„’‘‚›‹"'」』）】》〉〕］｝＂＇*_~\x60\p{M}\p{Cf}${pictures}`;
/** Quotes, brackets, emphasis and pictures behind the mark that ends a sentence or a clause. */
export const trailingClosers = new RegExp(`[\\s${closing}]+$`, 'u');
export const closer = new RegExp(`^[${closing}]`, 'u');
export const quotes = /[»«”“’‘›‹"'」』]/u;

export const sentenceMark = /^[\p{STerm}…]$/u;
export const fullStops = /^[.．]$/u;
export const ellipsis = /(?:\.{2}|…)$/u;
const clauseMark = /^[,;:،؛、，；：﹐﹑﹔﹕፣፤፥]$/u;
/** Marks after which a gap needs no space. An ASCII mark without one belongs to a number, a name or an address. */
export const tightMark = new RegExp(`(?:[،؛、，；：…]|(?![.!?;])\\p{STerm})[${closing}]*$|\\p{L}—$`, 'u');
/** Never at the start of a piece: it belongs to what it stands behind. */
export const attaches = /^(?:\p{M}|\u200d|\p{EMod}|[,;:!?.%،؛、，；：؟।。！？…)\]}”」』）】》〉])/u;
/** A dash in the middle of a line closes what is before it. The hyphen only when a space follows. */
export const leadingDash = /^(?:[–—―]|-$)/u;
export const bareBullet = /(?:^|\n)\s*(?:[-*+•–—―#>]+|\(?\p{Nd}{1,3}[.)])$/u;
/** The number of a list item: at the start of a line or of a sentence. The full stop is already off. */
export const listNumber = /(?:^|\n|(?<stop>\.)\s|[!?:]\s|[。！？：])[\s*_#>-]*\(?\p{Nd}{1,3}$/u;
export const digitBefore = /\p{N}.$/u;

const openers = /^[\s"'“”‘’„«»‹›([{「『（【《〈*_~`#>¿¡\p{Cf}•-]+/u;
export const longestStarter = 16;

/** The first letter or digit after quotes, brackets and emphasis, or what else stands there; '' when not yet known. */
export function firstSpoken(right: string): string {
  const [first = ''] = right.replace(openers, '');
  return first;
}

export function firstWord(right: string): string {
  return /^[\p{L}\p{M}]*/u.exec(right.replace(openers, ''))?.[0] ?? '';
}

/** The last word; of spaced initials the whole chain: `z. B`, `J. R`. */
export function lastWord(text: string): string {
  const initials = /(?<!\S)(?:\p{L}\p{M}*\.\s)+\p{L}\p{M}*$/u.exec(text)?.[0];
  const word = initials ?? /[^\s([{"'“„«]*$/u.exec(text)?.[0] ?? '';
  return word.replace(/^[*_~`]+/, '').replace(/[*_~`]+$/, '');
}

/** Whether the first word of `right` is known to its end. */
export function wordIsOver(right: string): boolean {
  return /^[\p{L}\p{M}]*[^\p{L}\p{M}]/u.test(right.replace(openers, ''));
}

/** Whether a comma, semicolon, colon or dash at the end of `core` ends a clause. */
export function endsClause(core: string, space: string, next: string): boolean {
  const mark = core.at(-1) ?? '';
  const numbers = /\p{N}.$/u.test(core) && /^\p{N}/u.test(next);
  if (clauseMark.test(mark)) return space === '' ? !numbers : core.length > 1;
  if (!/[—–―-]/.test(mark) || /^\p{N}/u.test(next)) return false;
  const token = /\S*$/u.exec(core)?.[0] ?? '';
  if (mark === '—' && /\p{L}—$/u.test(core)) return !/:\/\/|@/.test(token);
  return /[^\s\n][^\S\n]+[—–―-]+$/u.test(core);
}

/** Two halves of a number or abbreviation with a space between, or a number and what it counts. */
export function keepsTogether(left: string): boolean {
  return /[.\p{Sc}\p{N}«„([{¿¡#]$/u.test(left) || bareBullet.test(left);
}

/** Thai, Lao, Khmer and Burmese put a space where others put a comma or a full stop. */
export function betweenSpaceless(left: string, right: string): boolean {
  return phraseSpace.test(left.at(-1) ?? '') && phraseSpace.test(right.at(0) ?? '');
}
