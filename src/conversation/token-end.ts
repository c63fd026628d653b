import { primaryLanguage } from '../interview/language.ts';
import { abbreviationsOf } from './abbreviations.ts';
import type { BoundaryStrength } from './clause-boundaries.ts';

/** A plain word of three lower-case letters or more, with the mark that closes it and nothing before it that joins it. */
const closedWord = /(?:^|\s)(?<word>\p{Ll}\p{M}*(?:\p{Ll}\p{M}*){2,})(?<mark>[.!?,;])\s?$/u;
const longest = 64;

/**
 * What a text that ends with a whole token ends with, before the next token is there. The tokenisers of the GPT, Llama 3
 * and Qwen families keep a mark and the letters that touch it in one token (`.com`, `.js`), so a mark at a token's end
 * closes its word; only a digit can follow, and a plain word is no number. Null wherever the next token might matter:
 * abbreviations, initials, names, numbers, addresses, brackets and quotation marks.
 */
export function createTokenEndJudge(language: string): (text: string) => BoundaryStrength | null {
  const abbreviations = abbreviationsOf(primaryLanguage(language));
  return (text) => {
    const found = closedWord.exec(text.slice(-longest));
    if (!found?.groups) return null;
    const { word = '', mark } = found.groups;
    if (mark === ',' || mark === ';') return 'clause';
    return abbreviations.classify(word) === 'plain' ? 'sentence' : null;
  };
}
