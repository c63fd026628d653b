import type { Said } from './interview-state.ts';

const spaceless = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]/u;
const spacelessWords = new Intl.Segmenter('und', { granularity: 'word' });

/** Words between spaces; in scripts that write none, the words a dictionary finds. Punctuation alone is no word. */
export function countWords(text: string): number {
  if (!spaceless.test(text)) return text.match(/[^\s\p{P}]\S*/gu)?.length ?? 0;
  return [...spacelessWords.segment(text)].filter(({ isWordLike }) => isWordLike).length;
}

/** A candidate's turn as the policy takes it. `durationMs` is null for a typed one. */
export function said(text: string, durationMs: number | null): Said {
  return { text, words: countWords(text), durationMs };
}
