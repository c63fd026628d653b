import type { AnswerView } from '../schemas.ts';
import type { LiveRecordingEvent } from './events.ts';

export type Emit = (event: LiveRecordingEvent) => void;

/** A recording over one connection. */
export interface LiveRecording {
  readonly recordingId: string;
  /** Where to go on from: so many bytes from the start are durable. */
  readonly acknowledgedBytes: number;
  /** The words so far; `transcript-delta` adds to them. */
  readonly transcript: string;
  /** Sound: see `voicePcm`. What passes the limit is told once, and not taken. */
  hear(pcm: Uint8Array): void;
  /**
   * Makes an answer of it. Throws what an upload throws: after `no_speech`, `session_ended` and `not_found` nothing is left of the recording,
   * after others it can be finished again.
   */
  finish(): Promise<AnswerView>;
  /** The connection is gone. The recording can be resumed. */
  leave(): Promise<void>;
  /** Taken, but not yet written. */
  readonly bufferedBytes: number;
}
