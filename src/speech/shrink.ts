import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conversion, FilePathTarget, Output, WebMOutputFormat } from 'mediabunny';
import { DomainError } from '../errors.ts';
import { openMedia } from './media.ts';
import type { MediaSource } from './media-bytes.ts';
import { damagedRecording } from './recording-refusals.ts';

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

/** Transcription endpoints take 25 MiB; the rest is for the container. */
const targetBytes = 23 * 1024 * 1024;

/** Wideband Opus is transparent for speech recognition from here on; very long recordings get less. */
const bestBitsPerSecond = 32_000;
const leastBitsPerSecond = 8_000;

/** Bits per second at which `durationMs` of speech stays below 25 MiB. */
export function speechBitrate(durationMs: number): number {
  const affordable = (targetBytes * 8) / Math.max(1, durationMs / 1000);
  return Math.floor(Math.max(leastBitsPerSecond, Math.min(bestBitsPerSecond, affordable)));
}

async function convert(source: MediaSource, path: string, signal: AbortSignal | undefined): Promise<void> {
  await using media = await openMedia(source, signal);
  const seconds = (await media.input.getDurationFromMetadata()) ?? (await media.input.computeDuration());
  const output = new Output({ format: new WebMOutputFormat(), target: new FilePathTarget(path) });
  const conversion = await Conversion.init({
    input: media.input,
    output,
    tracks: 'primary',
    video: { discard: true },
    audio: {
      codec: 'opus',
      numberOfChannels: 1,
      sampleRate: 16_000,
      bitrate: speechBitrate(seconds * 1000),
      forceTranscode: true,
    },
    // Words in tags are kept; pictures and attachments would outweigh the speech.
    tags: ({ images: _images, raw: _raw, ...tags }) => tags,
    showWarnings: false,
  });
  if (!conversion.isValid)
    throw new DomainError('unsupported_media', 'This recording has no sound that can be decoded.');
  const cancel = () => {
    // It rejects only when it was never started; execute() reports the cancellation.
    conversion.cancel().catch(() => {});
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    await conversion.execute();
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * Writes the sound of a recording as mono 16 kHz Opus in WebM, small enough for a transcriber (25 MiB up to four hours).
 * Streams; text tags of the source are kept. Throws `recording_damaged`, `unsupported_media`, or the signal's reason, and
 * leaves no file then.
 */
export async function shrinkForTranscription(
  source: MediaSource,
  options: ShrinkOptions = {},
): Promise<ShrunkRecording> {
  options.signal?.throwIfAborted();
  const path = join(options.folder ?? tmpdir(), `speech-${randomUUID()}.webm`);
  const dispose = () => rm(path, { force: true });
  try {
    await convert(source, path, options.signal);
    options.signal?.throwIfAborted();
    const { size } = await stat(path);
    return {
      path,
      fileName: 'recording.webm',
      mimeType: 'audio/webm',
      bytes: size,
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    options.signal?.throwIfAborted();
    if (error instanceof DomainError) throw error;
    throw damagedRecording('its audio cannot be decoded', error);
  }
}
