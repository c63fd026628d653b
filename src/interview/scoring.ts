import { z } from 'zod';
import { oneLine } from './language.ts';
import type { LocatedQuote, TranscriptIndex } from './quotes.ts';

/** Changes whenever the same extraction would score differently; stored beside every score. */
export const scoringVersion = '1';

export const supportLevels = ['full', 'partial', 'none'] as const;
export const concernKinds = ['vague', 'off_topic', 'no_example', 'no_result', 'rambling', 'unclear'] as const;
export type Support = (typeof supportLevels)[number];
export type ConcernKind = (typeof concernKinds)[number];

/** What the model reports of one answer. Strict structured outputs carry no bounds: see `boundExtraction`. */
export const extractionSchema = z.object({
  signals: z.array(z.object({ id: z.string(), support: z.enum(supportLevels), quotes: z.array(z.string()) })),
  concerns: z.array(z.object({ kind: z.enum(concernKinds), quote: z.string().nullable() })),
});
export type Extraction = z.infer<typeof extractionSchema>;

/** Brief 2's `evaluation`, but for the score, which is computed. See `boundNarrative`. */
export const narrativeSchema = z.object({
  strengths: z.array(z.string()),
  weaknesses: z.array(z.string()),
  correct_answer: z.string(),
  answer_analysis: z.string(),
  improvement_tips: z.array(z.string()),
  follow_up_questions: z.array(z.string()),
});
export type Narrative = z.infer<typeof narrativeSchema>;

/** Something a good answer would show, and how much it counts: 1–5. */
export interface ExpectedSignal {
  id: string;
  description: string;
  weight: number;
}

export interface VerifiedSignal extends ExpectedSignal {
  support: Support;
  quotes: LocatedQuote[];
}

/** A concern without a quote says that something is absent, or is a remark that costs nothing. */
export interface VerifiedConcern {
  kind: ConcernKind;
  quote: LocatedQuote | null;
}

export interface VerifiedAnswer {
  /** One for each expected signal, in their order. */
  signals: VerifiedSignal[];
  concerns: VerifiedConcern[];
  wordCount: number;
}

export interface AnswerScore {
  /** 0–100, whole. */
  score: number;
  /** The share of the weight that verified quotes support, 0–1. */
  coverage: number;
  /** Points taken off for concerns, 0–10. */
  deduction: number;
  /** True when the answer was too short to be given more than `shortAnswerLimit`. */
  limitedByLength: boolean;
}

const credit: Record<Support, number> = { full: 1, partial: 0.5, none: 0 };
const cost: Record<ConcernKind, number> = {
  off_topic: 5,
  no_example: 4,
  no_result: 4,
  vague: 3,
  rambling: 2,
  unclear: 2,
};
const concernsOfAbsence: ReadonlySet<ConcernKind> = new Set(['no_example', 'no_result']);
const mostPointsOff = 10;
const fewestWords = 5;
export const shortAnswerLimit = 20;
const mostSignals = 30;
const mostConcerns = 30;
const mostQuotes = 5;
const longestQuote = 600;

function clipQuote(quote: string): string {
  if (quote.length <= longestQuote) return quote;
  const clipped = quote.slice(0, longestQuote);
  const lastSpace = clipped.search(/\s\S*$/);
  return lastSpace > 0 ? clipped.slice(0, lastSpace) : clipped;
}

/** At most 30 signals of 5 quotes, and 30 concerns; a quote has at most 600 characters. */
export function boundExtraction(extraction: Extraction): Extraction {
  return {
    signals: extraction.signals.slice(0, mostSignals).map(({ id, support, quotes }) => ({
      id: id.trim().slice(0, 100),
      support,
      quotes: quotes.slice(0, mostQuotes).map(clipQuote),
    })),
    concerns: extraction.concerns
      .slice(0, mostConcerns)
      .map(({ kind, quote }) => ({ kind, quote: quote?.trim() ? clipQuote(quote) : null })),
  };
}

/** Two quotes are the same evidence when they share more than half of the longer one. */
function sameEvidence(one: LocatedQuote, other: LocatedQuote): boolean {
  const shared = Math.min(one.endIndex, other.endIndex) - Math.max(one.startIndex, other.startIndex);
  return shared > Math.max(one.endIndex - one.startIndex, other.endIndex - other.startIndex) / 2;
}

/**
 * Keeps of an extraction only what the transcript bears out. Support without a quote that was really said is 'none';
 * one quote supports two signals at most; signals the question does not expect are dropped, those left out are 'none';
 * a concern whose quote was not said is dropped, and one of each kind is kept, a quoted one where there is one.
 */
export function verify(extraction: Extraction, signals: ExpectedSignal[], transcript: TranscriptIndex): VerifiedAnswer {
  const claims = boundExtraction(extraction);
  const verified: VerifiedSignal[] = [];
  for (const { id, description, weight } of signals) {
    const claim = claims.signals.find((candidate) => candidate.id === id.trim());
    const quotes: LocatedQuote[] = [];
    for (const quote of claim?.support === 'none' ? [] : (claim?.quotes ?? [])) {
      const located = transcript.locate(quote);
      if (!located || quotes.some((kept) => sameEvidence(kept, located))) continue;
      const usedBy = verified.filter((signal) => signal.quotes.some((used) => sameEvidence(used, located))).length;
      if (usedBy < 2) quotes.push(located);
    }
    const support = claim && quotes.length > 0 ? claim.support : 'none';
    verified.push({ id, description, weight, support, quotes });
  }
  const concerns = claims.concerns.flatMap(({ kind, quote }): VerifiedConcern[] => {
    if (quote === null) return [{ kind, quote }];
    const located = transcript.locate(quote);
    return located ? [{ kind, quote: located }] : [];
  });
  const onePerKind = concernKinds.flatMap((kind) => {
    const alike = concerns.filter((concern) => concern.kind === kind);
    return (alike.find(({ quote }) => quote !== null) ?? alike[0]) || [];
  });
  return { signals: verified, concerns: onePerKind, wordCount: transcript.wordCount };
}

function weightOf(signal: ExpectedSignal): number {
  return Number.isFinite(signal.weight) && signal.weight > 0 ? Math.min(signal.weight, 5) : 1;
}

/**
 * The rubric, version 1. Each question names what a good answer would show, and how much each of these counts (1–5).
 * - Shown clearly, in words that can be quoted from the answer: all of its weight. Shown in part: half. Not shown: none.
 * - The score is the share of the weight that was shown, out of 100.
 * - Taken off, 10 points at most together: beside the point 5, no example 4, no result 4, vague 3, rambling 2,
 *   unclear 2. A missing example or result needs no quote; every other concern costs points only with its quote.
 * - An answer of fewer than five words is given 20 at most.
 * The same extraction gives the same score, and only words that were really said can raise it.
 */
export function scoreAnswer(answer: VerifiedAnswer): AnswerScore {
  const total = answer.signals.reduce((sum, signal) => sum + weightOf(signal), 0);
  const shown = answer.signals.reduce(
    (sum, signal) => sum + (signal.quotes.length > 0 ? weightOf(signal) * credit[signal.support] : 0),
    0,
  );
  const coverage = total > 0 ? shown / total : 0;
  const counted = answer.concerns.filter(({ kind, quote }) => quote !== null || concernsOfAbsence.has(kind));
  const points = counted.reduce((sum, { kind }) => sum + cost[kind], 0);
  const deduction = Math.min(mostPointsOff, points);
  const earned = Math.max(0, Math.round(coverage * 100 - deduction));
  const limitedByLength = answer.wordCount < fewestWords && earned > shortAnswerLimit;
  const score = limitedByLength ? shortAnswerLimit : earned;
  return { score, coverage: Math.round(coverage * 10_000) / 10_000, deduction, limitedByLength };
}

/** The mean to one decimal; null when nothing was scored. */
export function averageScore(scores: number[]): number | null {
  if (scores.length === 0) return null;
  return Math.round((scores.reduce((sum, score) => sum + score, 0) / scores.length) * 10) / 10;
}

const lines = (texts: string[], count: number, most: number) =>
  [...new Set(texts.map((text) => oneLine(text, most)).filter(Boolean))].slice(0, count);

/** At most 6 strengths, weaknesses and tips and 5 follow-ups of 500 characters; texts of 3,000. */
export function boundNarrative(narrative: Narrative): Narrative {
  return {
    strengths: lines(narrative.strengths, 6, 500),
    weaknesses: lines(narrative.weaknesses, 6, 500),
    correct_answer: oneLine(narrative.correct_answer, 3000),
    answer_analysis: oneLine(narrative.answer_analysis, 3000),
    improvement_tips: lines(narrative.improvement_tips, 6, 500),
    follow_up_questions: lines(narrative.follow_up_questions, 5, 500),
  };
}
