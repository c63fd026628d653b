import { Conversion, FilePathTarget, Output, WebMOutputFormat } from 'mediabunny';
import { DomainError } from '../errors.ts';
import type { OpenMedia } from './media.ts';

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

/** Writes the sound of an open recording to `path` as speech-grade WebM. Throws what the decoder throws. */
export async function writeSpeechGrade(media: OpenMedia, path: string): Promise<void> {
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
  await conversion.execute();
}
