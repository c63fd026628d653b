import type { Database } from '../db/client.ts';
import { DomainError } from '../errors.ts';
import type { Allowance } from '../limits/allowance.ts';
import type { UserPlaces } from '../limits/user-places.ts';
import type { ChatModel } from '../llm/chat-model.ts';
import type { Log } from '../log.ts';
import type { RecordingFormat } from '../speech/formats.ts';
import type { Speaker } from '../speech/speaker.ts';
import type { Transcriber } from '../speech/transcriber.ts';
import type { AudioStorage } from '../storage/audio-storage.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Changes } from './changes.ts';
import type { Work } from './work.ts';

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
  telemetry: Telemetry;
  /** What outlives the server as well. */
  work: Work;
  /** What each user may consume of models in a day. */
  allowance: Allowance;
  /** What each user may have under way at once. */
  places: UserPlaces;
  /** Starts work that outlives the request; false when the server is stopping and starts nothing more. */
  later(name: string, work: (signal: AbortSignal) => Promise<void>): boolean;
  limits: {
    maxAudioBytes: number;
    maxRecordingMs: number;
    formats: RecordingFormat[];
    /** Answers evaluated side by side. */
    evaluationConcurrency: number;
    /** How long candidates' recordings are kept; 0: no longer than they are needed, null: until they are deleted. */
    audioRetentionDays: number | null;
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

/** Aborts when the caller leaves, or when work that is waited for will be finished by another server. */
export function whileServing({ signal, deps }: Caller): AbortSignal {
  return signal ? AbortSignal.any([signal, deps.work.givingBack]) : deps.work.givingBack;
}

export const restarting = (advice: string) => new DomainError('unavailable', `The server is restarting. ${advice}`);
