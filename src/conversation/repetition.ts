/** Of the words of the shorter text, how many must be in the other one too. */
const alike = 0.7;

/**
 * Whether somebody said the same again, as people do after a failure: mostly the same words, whatever their order.
 * Somebody who goes on instead says other words.
 */
export function saysAgain(before: string, now: string, language: string): boolean {
  const [one, other] = [wordsOf(before, language), wordsOf(now, language)].sort((a, b) => a.length - b.length);
  if (!one?.length || !other) return false;
  const there = new Map<string, number>();
  for (const word of other) there.set(word, (there.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of one) {
    const left = there.get(word) ?? 0;
    if (left === 0) continue;
    there.set(word, left - 1);
    shared += 1;
  }
  // Next to a long answer a short one shares its words by chance: the lengths have to be alike too.
  return shared / one.length >= alike && one.length / other.length >= 0.5;
}

function wordsOf(text: string, language: string): string[] {
  const segments = new Intl.Segmenter(language, { granularity: 'word' }).segment(text.toLocaleLowerCase(language));
  return [...segments].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}
