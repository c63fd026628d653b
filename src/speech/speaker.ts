import type { Voice } from './voices.ts';

export interface SpeakRequest {
  /** At most 4096 characters. */
  text: string;
  voice: Voice;
  language: string;
  /** How to say it ("warm, unhurried"); left out where the model takes none. */
  style?: string;
  /** How long the first sound may take, in milliseconds, retries included; as the adapter finds right by default. */
  firstAudioMs?: number;
  signal?: AbortSignal;
}

export interface Speech {
  model: string;
  mimeType: 'audio/mpeg';
  /** MP3 as it is synthesised. Ends with an error, never short, when the upstream stops early. */
  body: AsyncIterable<Uint8Array>;
  /**
   * Whether other words were spoken than asked for, as far as the voice itself tells; null when it did not. There only
   * where the model might reword. Resolves with the end of `body`, and never rejects.
   */
  reworded?: Promise<boolean | null>;
}

/** Speaks text: through the speech endpoint or through Realtime sessions, whichever the model is served by. */
export interface Speaker {
  /** Whose voice it is (a host, or `offline`): model names alone do not tell two servers apart. */
  readonly origin: string;
  /** The model the next call with this voice will use: part of the key under which speech is reused. */
  currentModel(voice: Voice): string;
  speak(request: SpeakRequest): Promise<Speech>;
}
