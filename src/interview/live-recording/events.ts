import type { DomainError } from '../../errors.ts';
import type { AnswerView } from '../schemas.ts';

/** What somebody who records an answer is told as it goes. */
export type LiveRecordingEvent =
  /** To be added to the words told before. `transcript` has them all, and may correct them. */
  | { type: 'transcript-delta'; text: string }
  /** So many bytes from the start are durably on disk: after a lost connection, go on from there. */
  | { type: 'acknowledged'; bytes: number }
  /** Everything that was said. Does not come when the live words failed: see `answer`. */
  | { type: 'transcript'; text: string }
  /** Its `transcriptState` is `done`, or `pending` when the recording is transcribed the ordinary way. */
  | { type: 'answer'; answer: AnswerView }
  /** The recording goes on, unless `ended` follows. */
  | { type: 'error'; error: DomainError }
  /** The last event. All but `finished` leave the recording to be resumed, unless it was refused as an answer. */
  | { type: 'ended'; why: 'finished' | 'taken-over' | 'failed' };
