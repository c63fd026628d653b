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
}

/** Speaks text. The speech endpoint serves it today; Realtime sessions join behind the same interface. */
export interface Speaker {
  /** Whose voice it is (a host, or `offline`): model names alone do not tell two servers apart. */
  readonly origin: string;
  /** The model the next call with this voice will use: part of the key under which speech is reused. */
  currentModel(voice: Voice): string;
  speak(request: SpeakRequest): Promise<Speech>;
}
