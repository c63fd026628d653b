import type { Caller, InterviewDeps } from '../interview/context.ts';
import type { EventLog } from './event-log.ts';
import type { LiveTurns } from './live-turns.ts';
import type { ReplyAudio } from './reply-audio.ts';

/** What live conversations need besides what interviews need. */
export interface ConversationDeps extends InterviewDeps {
  events: EventLog;
  replies: ReplyAudio;
  live: LiveTurns;
  deadlines: TurnDeadlines;
}

/** How long each stage of a live turn may take, measured on content. */
export interface TurnDeadlines {
  /** From the last byte of a recording to its transcript. */
  transcriptionMs: number;
  firstTokenMs: number;
  tokenToTokenMs: number;
  /** From a sentence's text to its first sound. */
  firstAudioMs: number;
  /** A turn as a whole. */
  turnMs: number;
}

export interface ConversationCaller extends Caller {
  deps: ConversationDeps;
}
