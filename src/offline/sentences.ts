const fillers = new Set(
  (
    'the and you your that this with for from was were are have has had not but what how when where who which would could ' +
    'should their they them there here some any all into than then also very just about only more most other own says ' +
    'shows names gives describes explains candidate der die das und ist ein eine einen mit für wie was nicht oder auf aus ' +
    'dem den des sich nennt zeigt sagt wurde wurden welche que los las una uno con por para cómo qué del sus más como dice ' +
    'muestra nombra describe propia propio'
  ).split(' '),
);

/** The text's sentences, each copied exactly, without the space around it. */
export function splitSentences(text: string, language: string): string[] {
  const segmenter = new Intl.Segmenter(canonical(language), { granularity: 'sentence' });
  return [...segmenter.segment(text)].map(({ segment }) => segment.trim()).filter(Boolean);
}

function canonical(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en';
  } catch {
    // Not a language tag: sentences are split as in English.
    return 'en';
  }
}

/** The first five letters of each telling word: enough to match `reduce` with `reducing`. */
export function stems(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}+#.]*[\p{L}\p{N}+#]/gu) ?? [];
  return new Set(words.filter((word) => word.length > 2 && !fillers.has(word)).map((word) => word.slice(0, 5)));
}

export function countShared(left: Set<string>, right: Set<string>): number {
  return [...left].filter((stem) => right.has(stem)).length;
}

/** The sentence, or the part of a long one between commas that scores best; always an exact copy. */
export function quotable(sentence: string, score: (part: string) => number, longestChars = 220): string {
  if (sentence.length <= longestChars) return sentence;
  const clauses = sentence.split(/(?<=[,;:–—])\s+/u).filter((clause) => clause.trim().length > 15);
  const best = clauses.sort((left, right) => score(right) - score(left))[0] ?? sentence;
  return best.replace(/[,;:–—\s]+$/u, '').slice(0, 400);
}
