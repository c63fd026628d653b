import { isRecording } from '../conversation/voice/recorded.ts';
import { DomainError } from '../errors.ts';
import type { LiveRecordingCaller } from '../interview/live-recording/context.ts';
import { type AlongEvent, listenAlong } from '../interview/live-recording/listening-along.ts';
import type { StartTalk } from './talk.ts';

const onlySound = () =>
  new DomainError('conflict', 'Here somebody only listens: send sound, then {"action":"stop"}. Nobody replies.');

/** `mode: listen`: tells the words of an answer that the client records by itself. Nothing is stored. */
export const startListening: StartTalk<LiveRecordingCaller> = async (caller, message, { tell, over, signal }) => {
  const { questionId } = message;
  if (!questionId) throw new DomainError('invalid_input', 'Name the question that is answered (questionId).');
  const listening = await listenAlong({ ...caller, signal }, questionId, (event) => {
    for (const told of wireEvents(event)) tell(told);
    if (event.type === 'ended') over();
  });
  return {
    started: { mode: 'listen', questionId },
    audio(bytes) {
      if (!isRecording(bytes)) return listening.hear(bytes);
      const send = 'Send bare sound here: PCM, 16-bit little-endian, mono, 24 kHz. A whole recording is uploaded.';
      throw new DomainError('unsupported_media', send);
    },
    text() {
      throw onlySound();
    },
    commit() {
      throw onlySound();
    },
    interrupt() {
      throw onlySound();
    },
    get bufferedBytes() {
      return listening.bufferedBytes;
    },
    // Words are few: they never pile up.
    pause: () => undefined,
    resume: () => undefined,
    stop: () => listening.end(),
    leave: () => listening.end(),
  };
};

function wireEvents(event: AlongEvent): object[] {
  switch (event.type) {
    case 'delta':
      return [{ type: 'transcript.delta', text: event.text }];
    case 'corrected':
      return [{ type: 'transcript.corrected', text: event.text }];
    case 'ended':
      return [
        ...(event.error ? [{ type: 'error', error: event.error.toPublic() }] : []),
        { type: 'ended', reason: event.error ? 'failed' : 'finished' },
      ];
  }
}
