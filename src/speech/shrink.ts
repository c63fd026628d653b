import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultSchemas } from './media-jobs.ts';
import { runMediaJob } from './media-process.ts';

/** Speech-grade audio in a temporary file, ready for a transcriber. */
export interface ShrunkRecording extends AsyncDisposable {
  readonly path: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: number;
  /** Removes the file. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface ShrinkOptions {
  /** Where the temporary file goes; the system's temporary folder by default. */
  folder?: string;
  signal?: AbortSignal;
}

/** Four hours of Opus take minutes; what needs longer than this hangs. */
const shrinkTimeoutMs = 20 * 60_000;

/**
 * Writes the sound of a recording as mono 16 kHz Opus in WebM, small enough for a transcriber (25 MiB up to four hours).
 * Streams; text tags of the source are kept. Throws `recording_damaged`, `unsupported_media`, `unavailable` (disk), or the
 * signal's reason, and leaves no file then.
 */
export async function shrinkForTranscription(path: string, options: ShrinkOptions = {}): Promise<ShrunkRecording> {
  const target = join(options.folder ?? tmpdir(), `speech-${randomUUID()}.webm`);
  const dispose = () => rm(target, { force: true });
  try {
    await runMediaJob({ kind: 'shrink', path, target }, resultSchemas.shrink, {
      timeoutMs: shrinkTimeoutMs,
      signal: options.signal,
    });
    const { size } = await stat(target);
    return {
      path: target,
      fileName: 'recording.webm',
      mimeType: 'audio/webm',
      bytes: size,
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
