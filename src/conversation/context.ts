import type { Caller, InterviewDeps } from '../interview/context.ts';
import type { VoiceModel } from '../speech/voice-model.ts';
import type { Voice } from '../speech/voices.ts';
import type { EventLog } from './event-log.ts';
import type { LiveTurns } from './live-turns.ts';
import type { RealtimeDeps } from './realtime-deps.ts';
import type { ReplyAudio } from './reply-audio.ts';

/** What live conversations need besides what interviews need. */
export interface ConversationDeps extends InterviewDeps {
  events: EventLog;
  replies: ReplyAudio;
  live: LiveTurns;
  voiceModel: VoiceModel;
  voice: VoiceSettings;
  realtime: RealtimeDeps;
  deadlines: TurnDeadlines;
  /** Where the first piece of a reply ends that is spoken: at the earliest clause, or with its sentence. */
  firstPiece: 'clause' | 'sentence';
}

/** Of conversations over a model that hears and speaks. */
export interface VoiceSettings {
  /** Of conversations that bring none and belong to no interview. */
  instructions: string;
  voice: Voice;
  /** A session of this age is replaced at the next quiet moment; upstream it ends at 60 minutes. */
  renewAfterMs: number;
  /** A session that is lost twice within this time ends the conversation. */
  healthyAfterMs: number;
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
