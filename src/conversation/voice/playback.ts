import { voicePcm } from '../../speech/voice-model.ts';

interface Sound {
  replyId: string;
  itemId: string;
  /** Monotonic milliseconds of its first byte. */
  startedAt: number;
  audioMs: number;
}

/** What a listener can have heard of the latest reply, who plays it as it comes. */
export interface Playback {
  add(replyId: string, itemId: string, pcm: Uint8Array): void;
  /** The latest reply with sound, while it may still be heard; null after it was cut off or has been played. */
  playing(): { replyId: string; itemId: string; heardMs: number } | null;
  /** Of this reply. */
  audioMs(replyId: string): number;
  /** What still comes of the latest reply is not to be played. */
  cutOff(): void;
  isCutOff(replyId: string): boolean;
}

export function createPlayback(clock: () => number = () => performance.now()): Playback {
  let sound: Sound | null = null;
  let silenced = false;
  return {
    add(replyId, itemId, pcm) {
      if (sound?.replyId !== replyId) {
        sound = { replyId, itemId, startedAt: clock(), audioMs: 0 };
        silenced = false;
      }
      sound.audioMs += pcm.length / voicePcm.bytesPerMs;
    },
    playing() {
      if (!sound || silenced) return null;
      const { replyId, itemId, startedAt, audioMs } = sound;
      const heardMs = Math.round(Math.min(clock() - startedAt, audioMs));
      return heardMs < Math.floor(audioMs) ? { replyId, itemId, heardMs } : null;
    },
    audioMs: (replyId) => Math.round(sound?.replyId === replyId ? sound.audioMs : 0),
    cutOff() {
      silenced = true;
    },
    isCutOff: (replyId) => silenced && sound?.replyId === replyId,
  };
}
