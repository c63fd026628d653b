import { visibleText } from '../interview/language.ts';
import type { IntentPhrases } from './intent-phrase.ts';
import { filler, intentPhrases } from './intent-phrases.ts';
import type { Said } from './interview-state.ts';
import { countWords } from './word-count.ts';

/** What a turn is meant as. `silent`: no words, or sounds of hesitation only. */
export type CandidateIntent = 'answer' | 'silent' | 'think' | 'repeat' | 'asks' | 'unknown' | 'stop' | 'leaves_role';

/** A longer turn is an answer, whatever else it says. */
const longestAside = 60;
/** An aside may carry this many other words; with more, they are the answer. */
const strayWords = 6;
/** A question back may have this many words before it. */
const leadingWords = 10;

/**
 * Tells by plain rules whether a turn answers the question, in the session's language and in English; other languages
 * are told by their question marks alone. A rule that errs costs one reply that fits less well, and nothing else.
 */
export function candidateIntent(said: Said, language: string): CandidateIntent {
  if (said.words > longestAside) return 'answer';
  const text = withoutFillers(
    visibleText(said.text)
      .toLowerCase()
      .replace(/[’‘`´]/gu, "'"),
  );
  if (countWords(text) === 0) return 'silent';
  const primary = language.toLowerCase().split(/[-_]/)[0] ?? '';
  const own = intentPhrases[primary];
  const books = own && own !== intentPhrases.en ? [own, intentPhrases.en] : [intentPhrases.en];
  for (const [intent, phrase] of asides) {
    if (books.some((book) => isAside(text, phrase(book), book))) return intent;
  }
  return asksBack(text, books) ? 'asks' : 'answer';
}

const asides: [CandidateIntent, (book: IntentPhrases) => RegExp][] = [
  ['stop', ({ stop }) => stop],
  ['leaves_role', ({ leavesRole }) => leavesRole],
  ['repeat', ({ repeat }) => repeat],
  ['think', ({ think }) => think],
  ['unknown', ({ unknown }) => unknown],
];

function withoutFillers(text: string): string {
  let rest = text.trim().replace(/^[\s¿¡"'“„«.,…-]+/u, '');
  for (let found = filler.exec(rest); found; found = filler.exec(rest)) rest = rest.slice(found[0].length);
  return rest;
}

/** Whether a clause opens with the phrase, and what stands beside it is next to nothing. */
function isAside(text: string, phrase: RegExp, book: IntentPhrases): boolean {
  const clauses = text
    .split(/[.!?…;,:。！？、，]+(?=\s|$)|\s[-–—]+\s|\n/u)
    .map((clause) => withoutFillers(clause).trim())
    .filter(Boolean);
  const others = clauses.filter((clause) => !phrase.test(clause));
  if (others.length === clauses.length) return false;
  const beside = others.join(' ');
  return countWords(beside) <= strayWords && !book.reports.test(beside);
}

function asksBack(text: string, books: IntentPhrases[]): boolean {
  const sentences = text.split(/(?<=[.!?…。！？؟])\s*/u).filter((sentence) => sentence.trim());
  const last = sentences.at(-1)?.trim() ?? '';
  if (countWords(sentences.slice(0, -1).join(' ')) > leadingWords) return false;
  return /[?？؟]["'”»]?$/u.test(last) || books.some(({ asks }) => asks.test(withoutFillers(last)));
}
