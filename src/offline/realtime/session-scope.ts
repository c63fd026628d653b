import type { Pace, Reaction } from '../behaviour.ts';
import type { ServedModel } from '../models.ts';
import type { OfflineVoice } from '../voice.ts';
import type { ConversationItems } from './conversation-items.ts';
import type { ServerEvent } from './server-events.ts';
import type { SessionConfig } from './session-config.ts';

/** What the parts of one session share. */
export interface SessionScope {
  conversationId: string;
  /** The one in force: an update puts another in its place. */
  config: SessionConfig;
  items: ConversationItems;
  voice: OfflineVoice;
  /** Aborted when the session ends. */
  signal: AbortSignal;
  models(): ServedModel[];
  pace(): Pace;
  /** To every client of the session. */
  emit(event: ServerEvent): void;
  /** What tests want of this work. */
  react(work: SessionWork, signal: AbortSignal): Promise<Reaction>;
  /** Takes the sound of responses where there is a track for it. */
  play: ((samples: Int16Array<ArrayBuffer>) => void) | null;
}

export interface SessionWork {
  endpoint: 'realtime_response' | 'realtime_transcription';
  model: string;
  body: Record<string, unknown>;
}
