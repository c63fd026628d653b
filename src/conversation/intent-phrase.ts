/** How candidates say what is no answer. Each phrase is matched at the beginning of a clause, in lower case. */
export interface IntentPhrases {
  stop: RegExp;
  leavesRole: RegExp;
  repeat: RegExp;
  asks: RegExp;
  think: RegExp;
  unknown: RegExp;
  /** Words of somebody who tells what others said: then the phrase beside them is part of a story. */
  reports: RegExp;
}

/** Any of the phrases at the beginning; the last one may not end inside a word. */
export const opening = (...phrases: string[]) => new RegExp(`^(?:${phrases.join('|')})(?!\\p{L})`, 'u');
/** Any of these whole words anywhere. */
export const within = (...words: string[]) => new RegExp(`(?<!\\p{L})(?:${words.join('|')})(?!\\p{L})`, 'u');
