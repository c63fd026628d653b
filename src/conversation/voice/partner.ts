import type { DomainError } from '../../errors.ts';
import type { ChatMessage } from '../../llm/chat-model.ts';
import type { VoiceEvent, VoiceSession } from '../../speech/voice-model.ts';
import type { SpokenEvent } from './events.ts';
import type { ReplyEvent } from './reply-source.ts';

/** What a partner works with. */
export interface PartnerTools {
  /** Null while it is being replaced. */
  session(): VoiceSession | null;
  model(): string;
  emit(event: SpokenEvent): void;
  /** The partner has said its last words. */
  over(): void;
}

/** Whom somebody talks to: decides when and what to reply, and keeps what was said. */
export interface Partner {
  /** The model replies to everything by itself, or when the partner asks it to. */
  readonly replies: 'by-itself' | 'on-demand';
  /** Once the first session is open. */
  begin(): void;
  /** Sound that is heard, on its way to the model. */
  hear(pcm: Uint8Array): void;
  speechStarted(): void;
  /** An input is complete. `byHand`: somebody said so, and the model will not reply by itself. */
  committed(itemId: string, byHand: boolean): void;
  /** An input was complete, but the session was lost before it took it. */
  inputLost(): void;
  heard(event: Extract<VoiceEvent, { type: 'heard' }>): void;
  unheard(event: Extract<VoiceEvent, { type: 'unheard' }>): void;
  /** Something was typed. */
  said(text: string): void;
  reply(event: ReplyEvent): void;
  replying(): boolean;
  /** Somebody interrupted after hearing so much of the reply. */
  interrupted(heardMs: number): void;
  /** What was said so far, for a session that takes over. */
  history(): Promise<ChatMessage[]>;
  /** Another session has taken over. */
  bridged(): void;
  /** There is no session any more; null when the conversation was left. */
  ended(error: DomainError | null): Promise<void>;
}
