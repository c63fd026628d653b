import type { Readable } from 'node:stream';

/** A word and when it was said, in milliseconds from the start of the recording. */
export interface TimedWord {
  word: string;
  startMs: number;
  endMs: number;
}

export interface Transcript {
  text: string;
  /** 0–1, from the model's log-probabilities; null where the model gives none. */
  confidence: number | null;
  /** Empty where the model gives no timings; they are then estimated from voice activity. */
  words: TimedWord[];
  model: string;
}

export interface TranscribeRequest {
  /** Opens the bytes afresh, so that a failed call can be repeated. */
  open: () => Promise<Readable>;
  /** A name whose extension tells the upstream the container: `answer.webm`. */
  fileName: string;
  mimeType: string;
  bytes: number;
  durationMs: number;
  /** BCP 47 primary language, e.g. `en`. */
  language: string;
  /** Names and terms likely to be spoken. */
  prompt?: string;
  /** For the whole call; as the adapter finds right by default. */
  deadlineMs?: number;
  /** Told the words as they are recognised, where the model tells them; the transcript then has them all. */
  onWords?: (text: string) => void;
  signal?: AbortSignal;
}

/** Hears a recording of at most 25 MiB. Throws `upstream_*` or `unavailable` errors only. */
export interface Transcriber {
  transcribe(request: TranscribeRequest): Promise<Transcript>;
}
