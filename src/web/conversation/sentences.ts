/** The whole sentences of a text that still grows; with `complete`, all of it. For a screen reader, which reads no halves. */
export function wholeSentences(text: string, complete: boolean, language: string): string[] {
  const segments = new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text);
  const sentences = Array.from(segments, ({ segment }) => segment.trim()).filter(Boolean);
  const last = sentences.at(-1) ?? '';
  return complete || /[.!?…。]["'”’)]*$/u.test(last) ? sentences : sentences.slice(0, -1);
}
