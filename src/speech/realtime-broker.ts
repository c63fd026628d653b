import type { Voice } from './voices.ts';

/** What a session that is opened elsewhere, by a browser with the vendor, is to be. */
export interface BrokeredSession {
  /** Null: the model's own. */
  instructions: string | null;
  voice: Voice;
  modality: 'audio' | 'text';
  /** What is heard is transcribed in this language, by its code for transcribers; null: it is not transcribed. */
  transcribeAs: string | null;
  /** Whether the model replies by itself to what was said, or when it is told to. */
  replies: 'by-itself' | 'on-demand';
}

/** Opens one session, for a short time, in the hands of somebody who never sees the key. */
export interface ClientSecret {
  value: string;
  /** Seconds since 1970, as the vendor gives it. */
  expiresAt: number;
  /** As the vendor describes it, without instructions. */
  session: Record<string, unknown>;
}

export interface PlacedCall {
  id: string;
  /** The SDP answer. */
  sdp: string;
}

export interface ChatKitSession {
  id: string;
  clientSecret: string;
  /** Seconds since 1970. */
  expiresAt: number;
  status: string;
}

/** Arranges conversations that do not run through this server. Throws `DomainError` only. */
export interface RealtimeBroker {
  createSecret(session: BrokeredSession, signal?: AbortSignal): Promise<ClientSecret>;
  /** Throws `invalid_input` for an offer that is not accepted. */
  placeCall(offer: { sdp: string; session: BrokeredSession }, signal?: AbortSignal): Promise<PlacedCall>;
  /** Ends a call for everybody; one that has ended already is no mistake. */
  hangUp(callId: string): Promise<void>;
  /** Throws `unavailable` where no workflow is set, and `upstream_refused` where it is not taken any more. */
  createChatKitSession(userId: string, signal?: AbortSignal): Promise<ChatKitSession>;
}
