import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import type { Transcription, TranscriptionSegment, TranscriptionWord } from 'openai/resources/audio/transcriptions';
import { readSpokenWords } from './spoken-words-tag.ts';
import { offlineTranscriptNotice } from './transcript-notice.ts';
import { badRequest } from './wire-error.ts';

/** Mean log-probability of words that are certain, and of a notice that stands in for words. */
const certain = -0.12;
const unknown = -3;

export interface HeardRecording {
  text: string;
  /** False when nobody could know what was said. */
  understood: boolean;
  durationS: number;
  /** Empty when not understood: nothing is known about when a word was said. */
  words: TranscriptionWord[];
  segments: TranscriptionSegment[];
}

/**
 * Reads back what the offline voice said in this file, or the notice for any other recording; `forced` replaces both.
 * Throws a 400 `WireError` when the file is no audio that can be read.
 */
export async function hear(path: string, language: string, forced: string | undefined): Promise<HeardRecording> {
  const { spoken, durationS } = await readRecording(path);
  const text = forced ?? spoken;
  if (text === null) {
    const notice = offlineTranscriptNotice(language);
    const segments = [segment(0, notice, 0, durationS, unknown)];
    return { text: notice, understood: false, durationS, words: [], segments };
  }
  const words = spreadWords(text, durationS);
  return { text, understood: true, durationS, words, segments: splitSegments(text, words) };
}

async function readRecording(path: string): Promise<{ spoken: string | null; durationS: number }> {
  using input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    if (!(await input.getPrimaryAudioTrack())) throw new Error('no audio track');
    return { spoken: await readSpokenWords(input), durationS: await input.computeDuration() };
  } catch {
    // Whatever the parser met, the caller's remedy is the same: another file.
    throw badRequest('Audio file might be corrupted or unsupported.', 'file', 'invalid_value');
  }
}

const seconds = (value: number) => Math.round(value * 1000) / 1000;

/** Gives each word a share of the recording by its length, with room for the pause at the end of a sentence. */
export function spreadWords(text: string, durationS: number): TranscriptionWord[] {
  const written = text.split(/\s+/u).filter(Boolean);
  const weights = written.map((word) => word.length + 1 + (/[.!?…]$/u.test(word) ? 4 : /[,;:]$/u.test(word) ? 2 : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  return written.map((word, index) => {
    const start = (passed / total) * durationS;
    const spoken = (word.length / total) * durationS;
    passed += weights[index] ?? 0;
    return { word: word.replace(/^\p{P}+|\p{P}+$/gu, '') || word, start: seconds(start), end: seconds(start + spoken) };
  });
}

/** One segment per sentence. */
function splitSegments(text: string, words: TranscriptionWord[]): TranscriptionSegment[] {
  let next = 0;
  return text
    .split(/(?<=[.!?…])\s+/u)
    .filter(Boolean)
    .map((sentence, id) => {
      const first = words[next];
      next += sentence.split(/\s+/u).filter(Boolean).length;
      return segment(id, sentence, first?.start ?? 0, words[next - 1]?.end ?? 0, certain);
    });
}

function segment(id: number, text: string, start: number, end: number, logprob: number): TranscriptionSegment {
  return {
    id,
    seek: 0,
    start: seconds(start),
    end: seconds(end),
    text: ` ${text}`,
    tokens: [],
    temperature: 0,
    avg_logprob: logprob,
    compression_ratio: 1.2,
    no_speech_prob: 0.01,
  } satisfies TranscriptionSegment;
}

export function tokenLogprobs(heard: HeardRecording): Transcription.Logprob[] {
  return heard.text
    .split(/(?=\s)/u)
    .filter(Boolean)
    .map((token) => ({ token, logprob: heard.understood ? certain : unknown, bytes: [...Buffer.from(token)] }));
}
