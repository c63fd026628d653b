import type { LiveTranscriber } from '../../speech/live-transcriber.ts';
import type { PcmSpool } from '../../storage/pcm-spool.ts';
import type { Caller, InterviewDeps } from '../context.ts';
import type { Recorders } from './recorders.ts';

/** What recording live needs besides what interviews need. */
export interface LiveRecordingDeps extends InterviewDeps {
  liveTranscriber: LiveTranscriber;
  /** Where the sound lies until it is an answer. */
  spool: PcmSpool;
  /** Those that are being made by this process. */
  recorders: Recorders;
  liveRecording: LiveRecordingSettings;
}

export interface LiveRecordingSettings {
  /** At the latest so long after a byte came it is durable, and told to be. */
  acknowledgeEveryMs: number;
  /** A recording whose client left keeps its listener upstream for so long. */
  graceMs: number;
  /** How long the last words may take after the end; then the recording is transcribed the ordinary way. */
  lastWordsMs: number;
  /** Without a byte for so long, a recording is submitted as it is. */
  abandonedMs: number;
}

export const defaultLiveRecording: LiveRecordingSettings = {
  acknowledgeEveryMs: 500,
  graceMs: 30_000,
  lastWordsMs: 10_000,
  abandonedMs: 3_600_000,
};

export interface LiveRecordingCaller extends Caller {
  deps: LiveRecordingDeps;
}
