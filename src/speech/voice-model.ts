import type { DomainError } from '../errors.ts';
import type { ChatMessage, TokenUsage } from '../llm/chat-model.ts';
import type { Voice } from './voices.ts';

/** Sound to and from such a model: PCM, 16-bit little-endian, mono. */
export const voicePcm = { sampleRate: 24_000, bytesPerMs: 48 };

/** What was consumed by hearing: tokens or length, as the model is billed. */
export interface HearingUsage extends TokenUsage {
  model: string;
  audioMs: number;
}

export type VoiceEvent =
  | { type: 'speech-started' }
  | { type: 'speech-stopped' }
  /** What was said so far is one input now: its words follow as `heard` or `unheard`. */
  | { type: 'input-committed'; itemId: string }
  | { type: 'heard-delta'; itemId: string; text: string }
  | { type: 'heard'; itemId: string; text: string; usage: HearingUsage | null }
  | { type: 'unheard'; itemId: string; error: DomainError }
  | { type: 'reply-started'; replyId: string }
  | { type: 'reply-text'; replyId: string; delta: string }
  /** `itemId` names the reply to `stopReply`. */
  | { type: 'reply-audio'; replyId: string; itemId: string; pcm: Uint8Array }
  | { type: 'reply-ended'; replyId: string; status: 'completed' | 'cancelled'; usage: TokenUsage; error: null }
  | { type: 'reply-ended'; replyId: string; status: 'failed'; usage: TokenUsage; error: DomainError }
  /** The upstream refused something that was sent; the session goes on. */
  | { type: 'refused'; error: DomainError };

export interface VoiceRequest {
  instructions: string;
  voice: Voice;
  /** BCP 47 primary language. */
  language: string;
  /** Who finds that somebody has finished speaking: the model, or `commit`. */
  turns: 'detected' | 'committed';
  /** Whether the model replies by itself to what was said, or when `reply` is called. */
  replies: 'by-itself' | 'on-demand';
  /** What was said before. */
  history: ChatMessage[];
  signal?: AbortSignal;
}

export interface VoiceClosed {
  /** `expired`: the upstream's limit of 60 minutes. */
  why: 'closed' | 'expired' | 'lost';
  error: DomainError | null;
}

/** A conversation with the model while it lasts. What is sent after its end is dropped. */
export interface VoiceSession {
  readonly model: string;
  /** Every event goes to this listener, those before it was set too. */
  receive(listener: (event: VoiceEvent) => void): void;
  /** Sound as it is heard: see `voicePcm`. */
  hear(pcm: Uint8Array): void;
  commit(): void;
  /** From now on `commit` ends an input, not a pause. */
  commitByHand(): void;
  addText(text: string): void;
  /** Asks for a reply; with instructions for this one that stand for the session's. */
  reply(instructions?: string): void;
  /** Stops what is being said, and cuts it to what was heard; without a reply that is to be cut, only stops. */
  stopReply(heard: { itemId: string; heardMs: number } | null): void;
  /** Sent, but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Stops and resumes reading, for a listener that cannot keep up. */
  pause(): void;
  resume(): void;
  close(): void;
  /** Never rejects. */
  readonly closed: Promise<VoiceClosed>;
}

/** Hears and speaks at once. Opening throws `upstream_*` or `unavailable` errors only. */
export interface VoiceModel {
  open(request: VoiceRequest): Promise<VoiceSession>;
  /** Joins a call whose sound goes another way (WebRTC): it is heard about, and conducted, from the side. */
  join(callId: string, request: VoiceRequest): Promise<VoiceSession>;
}
