/** Entry of the media process: demuxers and decoders meet bytes from strangers here, away from the server. */
import { DomainError } from '../errors.ts';
import { inspectMedia } from './inspection.ts';
import { openMedia } from './media.ts';
import { type MediaJob, type MediaReply, mediaJobSchema } from './media-jobs.ts';
import { writePcm } from './pcm-file.ts';
import { writeSpeechGrade } from './speech-grade.ts';
import { hearsSpeech, locateSpeech } from './voice-detection.ts';

async function perform(job: MediaJob): Promise<unknown> {
  await using media = await openMedia(job.path);
  switch (job.kind) {
    case 'inspect':
      return await inspectMedia(media, job.limits);
    case 'listen':
      return await hearsSpeech(media);
    case 'locate':
      return await locateSpeech(media);
    case 'shrink':
      await writeSpeechGrade(media, job.target);
      return null;
    case 'decode':
      await writePcm(media, job.target);
      return null;
  }
}

async function answer(message: unknown): Promise<MediaReply> {
  try {
    return { result: await perform(mediaJobSchema.parse(message)) };
  } catch (error) {
    if (error instanceof DomainError) return { refusal: { code: error.code, message: error.message } };
    return { failure: String(error) };
  }
}

process.on('message', (message) => {
  void answer(message).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
// Decoders reject promises of their own beside the one that is awaited: the job fails by the latter, or by its deadline.
process.on('unhandledRejection', () => {});
process.send?.('ready');
