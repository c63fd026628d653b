import { z } from 'zod';
import { signalData } from './extraction.ts';
import { writtenLanguage } from './language.ts';
import { narrativePhrases } from './narrative-phrases.ts';
import { splitSentences } from './sentences.ts';
import { isOfflineTranscriptNotice } from './transcript-notice.ts';

/** The `<data>` of an `answer_narrative` request. `verified` holds only quotes that are really in the transcript. */
export const narrativeData = z.object({
  question: z.string(),
  expected_answer_focus: z.string(),
  expected_signals: z.array(signalData),
  transcript: z.string(),
  verified: z.array(
    z.object({
      id: z.string(),
      description: z.string(),
      support: z.enum(['full', 'partial', 'none']),
      quotes: z.array(z.string()),
    }),
  ),
  concerns: z.array(
    z.object({
      kind: z.enum(['vague', 'off_topic', 'no_example', 'no_result', 'rambling', 'unclear']),
      quote: z.string().nullable(),
    }),
  ),
  score: z.number(),
  language: z.string(),
});

export interface Narrative {
  strengths: string[];
  weaknesses: string[];
  correct_answer: string;
  answer_analysis: string;
  improvement_tips: string[];
  follow_up_questions: string[];
}

const present = (items: (string | undefined)[]) => [...new Set(items.filter((item) => item !== undefined))];

/** Feedback that says what was shown, with the candidate's own words, and what was not. */
export function writeNarrative(data: z.output<typeof narrativeData>): Narrative {
  const say = narrativePhrases[writtenLanguage(data.language)];
  const weightOf = new Map(data.expected_signals.map(({ id, weight }) => [id, weight]));
  const byWeight = data.verified.toSorted(
    (left, right) => (weightOf.get(right.id) ?? 0) - (weightOf.get(left.id) ?? 0),
  );
  const full = byWeight.filter(({ support }) => support === 'full');
  const partial = byWeight.filter(({ support }) => support === 'partial');
  const missing = byWeight.filter(({ support }) => support === 'none');
  const best = [...full, ...partial].flatMap(({ quotes }) => quotes)[0] ?? null;
  const gaps = [...missing, ...partial].map(({ description }) => description);

  const strengths = full.flatMap(({ description, quotes }) => (quotes[0] ? [say.shown(description, quotes[0])] : []));
  if (strengths.length === 0) {
    const understood = !isOfflineTranscriptNotice(data.transcript);
    const opening = understood ? splitSentences(data.transcript, data.language)[0] : undefined;
    strengths.push(say.attempted(best ?? opening?.slice(0, 160) ?? null));
  }
  return {
    strengths,
    weaknesses: [
      ...missing.map(({ description }) => say.missing(description)),
      ...partial.flatMap(({ description, quotes }) => (quotes[0] ? [say.partlyShown(description, quotes[0])] : [])),
      ...data.concerns.map(({ kind, quote }) => say.concerns[kind].weakness + (quote ? say.quoting(quote) : '')),
    ],
    correct_answer: say.strongAnswer(
      data.expected_answer_focus,
      data.expected_signals.map(({ description }) => description),
    ),
    answer_analysis: say.analysis(
      { full: full.length, partial: partial.length, all: data.verified.length },
      best,
      gaps[0] ?? null,
    ),
    improvement_tips: present([
      ...gaps.slice(0, 2).map((gap) => say.tip(gap)),
      ...data.concerns.map(({ kind }) => say.concerns[kind].tip),
      say.practise,
    ]),
    follow_up_questions: present([
      best ? say.followUpOnQuote(best) : undefined,
      gaps[0] ? say.followUpOnGap(gaps[0]) : undefined,
      say.followUpOnResult,
    ]),
  };
}
