import type { DomainError } from '../../errors.ts';

/** What somebody in a spoken conversation is told as it goes. `pcm`: see `voicePcm`. */
export type SpokenEvent =
  | { type: 'speech-started' }
  | { type: 'speech-stopped' }
  | { type: 'transcript-delta'; itemId: string; text: string }
  | { type: 'transcript'; itemId: string; text: string }
  | { type: 'reply-delta'; replyId: string; text: string }
  | { type: 'audio-delta'; replyId: string; pcm: Uint8Array }
  | { type: 'reply'; replyId: string; text: string; audioMs: number }
  | { type: 'interrupted'; replyId: string; heardMs: number }
  | { type: 'usage'; model: string; inputTokens: number; outputTokens: number; audioMs: number }
  /** The model was changed for another session that knows what was said: at the limit of 60 minutes, or after a drop. */
  | { type: 'bridged'; why: 'limit' | 'lost'; model: string }
  | { type: 'error'; error: DomainError }
  /** The last event. */
  | { type: 'ended'; why: 'stopped' | 'interview-over' | 'failed' };
