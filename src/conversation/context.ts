import type { Caller, InterviewDeps } from '../interview/context.ts';
import type { EventLog } from './event-log.ts';
import type { LiveTurns } from './live-turns.ts';
import type { ReplyAudio } from './reply-audio.ts';

/** What live conversations need besides what interviews need. */
export interface ConversationDeps extends InterviewDeps {
  events: EventLog;
  replies: ReplyAudio;
  live: LiveTurns;
  deadlines: {
    /** A turn as a whole. */
    turnMs: number;
  };
}

export interface ConversationCaller extends Caller {
  deps: ConversationDeps;
}
