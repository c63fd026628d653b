import { Conversion, FilePathTarget, Output, WavOutputFormat } from 'mediabunny';
import { DomainError } from '../errors.ts';
import type { OpenMedia } from './media.ts';
import { voicePcm } from './voice-model.ts';

/** Writes the sound of an open recording to `path`: WAV with 16-bit mono PCM at 24 kHz. Throws what the decoder throws. */
export async function writePcm(media: OpenMedia, path: string): Promise<void> {
  const { sampleRate } = voicePcm;
  const output = new Output({ format: new WavOutputFormat(), target: new FilePathTarget(path) });
  const conversion = await Conversion.init({
    input: media.input,
    output,
    tracks: 'primary',
    video: { discard: true },
    audio: { codec: 'pcm-s16', numberOfChannels: 1, sampleRate },
    tags: {},
    showWarnings: false,
  });
  if (!conversion.isValid)
    throw new DomainError('unsupported_media', 'This recording has no sound that can be decoded.');
  await conversion.execute();
}
