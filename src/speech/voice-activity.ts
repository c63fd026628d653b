import { resultSchemas } from './media-jobs.ts';
import { runMediaJob } from './media-process.ts';

/** A stretch of speech, in whole milliseconds from the start of the recording. */
export interface SpeechSegment {
  startMs: number;
  endMs: number;
}

/** Four hours of Opus take about two minutes; what needs longer than this hangs. */
const locateTimeoutMs = 10 * 60_000;

/**
 * Where in the whole recording somebody speaks, in order and without overlap. Decodes everything (about 10 s for 20 minutes
 * of Opus). Empty for silence. Throws `recording_damaged` when the audio does not decode, `unavailable` (disk), or the
 * signal's reason.
 */
export async function findSpeech(path: string, options: { signal?: AbortSignal } = {}): Promise<SpeechSegment[]> {
  return runMediaJob({ kind: 'locate', path }, resultSchemas.locate, {
    timeoutMs: locateTimeoutMs,
    signal: options.signal,
  });
}
