import type { RecordingFormat } from './formats.ts';
import type { Limits, Recording } from './inspection.ts';
import { resultSchemas } from './media-jobs.ts';
import { MediaTimeoutError, runMediaJob } from './media-process.ts';
import { damagedRecording } from './recording-refusals.ts';

/** Files of 50 MB take milliseconds; what needs longer than this is hostile. */
const inspectTimeoutMs = 10_000;
const listenTimeoutMs = 10_000;

/**
 * Judges a recording by its bytes, never by its name, and measures it without decoding (some 10 ms for 50 MB).
 * Throws `no_speech` (nothing in it), `unsupported_media`, `recording_damaged`, `recording_too_long` (also when the header
 * merely claims it), `unavailable` (disk), or the signal's reason. Bytes that crash or hang a parser count as damage.
 */
export async function inspectRecording(
  path: string,
  options: { formats: readonly RecordingFormat[]; maxDurationMs: number; signal?: AbortSignal },
): Promise<Recording> {
  const { formats, maxDurationMs, signal } = options;
  const limits: Limits = { formats: [...formats], maxDurationMs };
  try {
    return await runMediaJob({ kind: 'inspect', path, limits }, resultSchemas.inspect, {
      timeoutMs: inspectTimeoutMs,
      signal,
    });
  } catch (error) {
    throw error instanceof MediaTimeoutError ? damagedRecording('it cannot be read', error) : error;
  }
}

/**
 * Whether anything is said: false for silence and for the noise of a muted microphone (the caller refuses with `no_speech`).
 * Undecided after 10 s, which takes a quarter of an hour of silence, counts as speech: the transcriber will know.
 * Throws `recording_damaged` when the audio does not decode, `unavailable` (disk), or the signal's reason.
 */
export async function hasSpeech(path: string, options: { signal?: AbortSignal } = {}): Promise<boolean> {
  try {
    return await runMediaJob({ kind: 'listen', path }, resultSchemas.listen, {
      timeoutMs: listenTimeoutMs,
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof MediaTimeoutError) return true;
    throw error;
  }
}
