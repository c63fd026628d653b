import { z } from 'zod';
import { evidenceWanted, exampleShown, isBegging, ownActionShown, showsResult } from './evidence-cues.ts';
import { countShared, quotable, splitSentences, stems } from './sentences.ts';
import { isOfflineTranscriptNotice } from './transcript-notice.ts';

export const signalData = z.object({ id: z.string(), description: z.string(), weight: z.number() });

/** The `<data>` of an `answer_extraction` request. */
export const extractionData = z.object({
  question: z.string(),
  expected_signals: z.array(signalData),
  transcript: z.string(),
  language: z.string(),
});

type ExtractionData = z.output<typeof extractionData>;

export interface Evidence {
  signals: { id: string; support: 'full' | 'partial' | 'none'; quotes: string[] }[];
  concerns: {
    kind: 'vague' | 'off_topic' | 'no_example' | 'no_result' | 'rambling' | 'unclear';
    quote: string | null;
  }[];
}

/** Finds, for each expected signal, the sentences that show it. Quotes are exact copies from the transcript. */
export function extractEvidence(data: ExtractionData): Evidence {
  const spoken = isOfflineTranscriptNotice(data.transcript) ? '' : data.transcript;
  const sentences = splitSentences(spoken, data.language).filter((sentence) => !isBegging(sentence));
  return {
    signals: data.expected_signals.map((signal) => ({ id: signal.id, ...support(signal.description, sentences) })),
    concerns: findConcerns(data, sentences),
  };
}

function support(description: string, sentences: string[]): { support: 'full' | 'partial' | 'none'; quotes: string[] } {
  const topic = stems(description);
  const wanted = evidenceWanted(description);
  const shown = (text: string) => wanted.reduce((sum, shows) => sum + countMatches(text, shows), 0);
  const score = (text: string) => Math.min(3, shown(text)) * 2 + Math.min(3, countShared(topic, stems(text)));
  const telling = sentences
    .filter((sentence) => sentence.split(/\s+/u).length >= 4)
    .map((sentence, at) => ({ sentence, at, points: score(sentence) }))
    .filter(({ points }) => points >= 2)
    .sort((left, right) => right.points - left.points || left.at - right.at);
  const best = telling[0];
  if (!best) return { support: 'none', quotes: [] };
  const full = best.points >= 4 || telling.length >= 2;
  const quotes = telling.slice(0, 2).map(({ sentence }) => quotable(sentence, score));
  return { support: full ? 'full' : 'partial', quotes: [...new Set(quotes)] };
}

function countMatches(text: string, pattern: RegExp): number {
  return [...text.matchAll(new RegExp(pattern, 'giu'))].length;
}

const hedging =
  /(?<!\p{L})(?:sort of|kind of|stuff|things like that|something like|somehow|whatever|et cetera|etc|i guess|maybe|irgendwie|oder so|halt|sozusagen|más o menos|algo así|no sé)(?!\p{L})/iu;

function findConcerns(data: ExtractionData, sentences: string[]): Evidence['concerns'] {
  const text = sentences.join(' ');
  const words = text.split(/\s+/u).filter(Boolean).length;
  if (words < 8) return [{ kind: 'unclear', quote: sentences[0] ?? null }];
  const concerns: Evidence['concerns'] = [];
  const topic = stems([data.question, ...data.expected_signals.map(({ description }) => description)].join(' '));
  if (countShared(topic, stems(text)) === 0) concerns.push({ kind: 'off_topic', quote: sentences[0] ?? null });
  const vague = sentences.find((sentence) => hedging.test(sentence));
  if (vague) concerns.push({ kind: 'vague', quote: quotable(vague, (part) => (hedging.test(part) ? 1 : 0)) });
  if (!exampleShown.test(text) && !ownActionShown.test(text)) concerns.push({ kind: 'no_example', quote: null });
  if (!sentences.some(showsResult)) concerns.push({ kind: 'no_result', quote: null });
  const longest = sentences.find((sentence) => sentence.split(/\s+/u).length > 70);
  if (words > 450 || longest) {
    concerns.push({ kind: 'rambling', quote: longest ? quotable(longest, (part) => part.length) : null });
  }
  return concerns;
}
