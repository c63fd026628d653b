import type { Database } from '../db/client.ts';
import type { ChatModel } from '../llm/chat-model.ts';
import type { Log } from '../log.ts';
import type { RecordingFormat } from '../speech/formats.ts';
import type { Speaker } from '../speech/speaker.ts';
import type { Transcriber } from '../speech/transcriber.ts';
import type { AudioStorage } from '../storage/audio-storage.ts';
import type { Changes } from './changes.ts';

/** What the product needs from the world. `deps.ts` builds it once. */
export interface InterviewDeps {
  db: Database;
  storage: AudioStorage;
  chat: ChatModel;
  evaluator: ChatModel;
  transcriber: Transcriber;
  speaker: Speaker;
  changes: Changes;
  log: Log;
  /** Starts work that outlives the request; false when the server is stopping and starts nothing more. */
  later(name: string, work: (signal: AbortSignal) => Promise<void>): boolean;
  limits: {
    maxAudioBytes: number;
    maxRecordingMs: number;
    formats: RecordingFormat[];
    /** Answers evaluated side by side. */
    evaluationConcurrency: number;
  };
}

/** Every verb takes one: the world, and who is asking. */
export interface Caller {
  deps: InterviewDeps;
  userId: string;
  signal?: AbortSignal;
}

/** Aborts when the caller leaves or the time is up. */
export function within({ signal }: Caller, deadlineMs: number): AbortSignal {
  const timeout = AbortSignal.timeout(deadlineMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
