import { isRecording } from '../conversation/voice/recorded.ts';
import { DomainError } from '../errors.ts';
import type { LiveRecordingCaller } from '../interview/live-recording/context.ts';
import type { LiveRecordingEvent } from '../interview/live-recording/events.ts';
import { startLiveRecording } from '../interview/live-recording/live-recording.ts';
import type { StartTalk } from './talk.ts';

const onlySound = () =>
  new DomainError('conflict', 'Here an answer is recorded: send sound, then {"action":"stop"}. Nobody replies.');

/** `mode: transcribe`: records the answer to a question while its words are told, or goes on with such a recording. */
export const startTranscribing: StartTalk<LiveRecordingCaller> = async (caller, message, { tell, over }) => {
  const { questionId, recordingId } = message;
  const recording = await startLiveRecording(caller, whatToRecord(message), (event) => {
    tell(wireEvent(event));
    if (event.type === 'ended') over();
  });
  return {
    started: {
      mode: 'transcribe',
      questionId: questionId ?? null,
      recordingId: recording.recordingId,
      acknowledgedBytes: recording.acknowledgedBytes,
      transcript: recording.transcript,
    },
    audio(bytes) {
      if (!isRecording(bytes)) return recording.hear(bytes);
      const send = 'Send bare sound here: PCM, 16-bit little-endian, mono, 24 kHz. A whole recording is uploaded.';
      throw new DomainError('unsupported_media', send);
    },
    text() {
      throw onlySound();
    },
    commit: async () => void (await recording.finish()),
    interrupt() {
      throw onlySound();
    },
    get bufferedBytes() {
      return recording.bufferedBytes;
    },
    // Words are few: they never pile up.
    pause: () => undefined,
    resume: () => undefined,
    stop: async () => void (await recording.finish()),
    leave: () => recording.leave(),
  };

  function whatToRecord({ sessionId }: typeof message) {
    if (recordingId) return { recordingId };
    if (questionId && sessionId === undefined) return { questionId };
    throw new DomainError(
      'invalid_input',
      'Name the question (questionId) or the recording to go on with (recordingId).',
    );
  }
};

function wireEvent(event: LiveRecordingEvent): object {
  switch (event.type) {
    case 'transcript-delta':
      return { type: 'transcript.delta', text: event.text };
    case 'acknowledged':
      return { type: 'recording.acknowledged', bytes: event.bytes };
    case 'transcript':
      return { type: 'transcript.final', text: event.text };
    case 'answer':
      return event;
    case 'error':
      return { type: 'error', error: event.error.toPublic() };
    case 'ended':
      return { type: 'ended', reason: event.why };
  }
}
