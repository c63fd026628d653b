import { evidenceKinds, evidenceLanguages } from './evidence-words.ts';
import type { InterviewQuestion } from './interview-state.ts';
import { countWords } from './word-count.ts';

type ExpectedSignal = InterviewQuestion['expectedSignals'][number];

/** Below this estimate a signal counts as still missing. */
export const missingBelow = 0.5;

/** Fewer words than this show nothing. */
const fewestWords = 5;
/** Where nothing else is known, an answer of this many words is taken to say something. */
const tellingWords = 60;

const wordSegments = new Intl.Segmenter('und', { granularity: 'word' });

/** The first five letters of each word of four letters or more; of one or more in scripts that write whole words so. */
function stems(text: string): Set<string> {
  const found = new Set<string>();
  for (const { segment, isWordLike } of wordSegments.segment(text.toLowerCase())) {
    if (isWordLike && (segment.length > 3 || /[^\p{sc=Latin}\p{Nd}]/u.test(segment))) found.add(segment.slice(0, 5));
  }
  return found;
}

/**
 * How likely what was said shows each signal, 0–1, in the order of `signals`. An estimate by plain words (kinds of
 * evidence that the description asks for, shared word stems, numbers, first person), made without a model so that a
 * reply need not wait. It only steers follow-ups; it never scores, and the evaluation does not see it.
 */
export function estimateSupport(signals: ExpectedSignal[], transcript: string, language: string): number[] {
  const words = countWords(transcript);
  if (words < fewestWords) return signals.map(() => 0);
  const spoken = stems(transcript);
  const known = evidenceLanguages.has(language.toLowerCase().split(/[-_]/)[0] ?? '');
  const shown = evidenceKinds.map(({ shows }) => shows.test(transcript));
  return signals.map(({ description }) => {
    const topic = [...stems(description)];
    const shared = topic.filter((stem) => spoken.has(stem)).length;
    const topicShare = topic.length === 0 ? 0 : Math.min(1, shared / Math.min(2, topic.length));
    const wanted = known ? evidenceKinds.flatMap(({ asks }, at) => (asks.test(description) ? [shown[at]] : [])) : [];
    const kindShare = wanted.filter(Boolean).length / wanted.length;
    const other = wanted.length > 0 ? kindShare : Math.min(1, words / tellingWords);
    return Math.round((0.6 * other + 0.4 * topicShare) * 100) / 100;
  });
}
