import { DomainError } from '../errors.ts';
import type { Transcriber } from '../speech/transcriber.ts';
import { isOfflineTranscriptNotice } from './transcript-notice.ts';

/** What the stand-in says of a recording it cannot hear is no answer: it must not be scored as one. */
export function plainlyOffline(transcriber: Transcriber): Transcriber {
  return {
    async transcribe(request) {
      const transcript = await transcriber.transcribe(request);
      if (!isOfflineTranscriptNotice(transcript.text)) return transcript;
      throw new DomainError(
        'upstream_refused',
        'This is the offline demo, which cannot recognise human speech. Connect OpenAI, or type your answer.',
      );
    },
  };
}
