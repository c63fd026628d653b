import { createWordListener, type HeardWords, joinHeardWords } from '../spoken-words-watermark.ts';
import { voiceSampleRate } from '../voice.ts';
import type { TurnDetection } from './session-schema.ts';
import { createVoiceDetector } from './voice-detection.ts';

export interface HeardAudio {
  durationMs: number;
  /** What the offline voice said in it; null for any other sound. */
  words: string | null;
}

export interface InputBuffer {
  append(samples: Int16Array, turnDetection: TurnDetection | null): void;
  /** Takes everything since the last time, or up to the sample of a turn's end. */
  take(upToSample?: number): HeardAudio;
  /** Milliseconds since the last time. */
  durationMs(): number;
  clear(): void;
}

export interface InputBufferEvents {
  speechStarted(audioStartMs: number): void;
  /** The turn ends at this sample: `take` it. */
  speechStopped(audioEndMs: number, sample: number): void;
  /** Words that were completed, as they arrive. */
  heard(words: string): void;
}

const toMs = (samples: number) => Math.round((samples / voiceSampleRate) * 1000);

/** Keeps what was heard, not the samples. */
export function createInputBuffer(events: InputBufferEvents): InputBuffer {
  const detector = createVoiceDetector();
  const listen = createWordListener();
  let appended = 0;
  let taken = 0;
  let turnStart: number | null = null;
  let heard: HeardWords[] = [];

  return {
    append(samples, turnDetection) {
      appended += samples.length;
      const words = listen(samples);
      const tell = (upToSample: number) => {
        while (words[0] && words[0].endSample <= upToSample) {
          const [next] = words.splice(0, 1);
          if (!next) return;
          heard.push(next);
          events.heard(next.begins ? ` ${next.text}` : next.text);
        }
      };
      for (const { type, sample } of detector.listen(samples, turnDetection)) {
        tell(sample);
        if (type === 'stopped') {
          events.speechStopped(toMs(sample), sample);
          continue;
        }
        turnStart = Math.max(taken, sample);
        events.speechStarted(toMs(turnStart));
      }
      tell(appended);
    },
    take(upToSample = appended) {
      const durationMs = toMs(upToSample - (turnStart ?? taken));
      turnStart = null;
      const words = joinHeardWords(heard.filter(({ endSample }) => endSample <= upToSample));
      heard = heard.filter(({ endSample }) => endSample > upToSample);
      taken = upToSample;
      if (upToSample === appended) detector.reset();
      return { durationMs, words };
    },
    durationMs: () => toMs(appended - taken),
    clear() {
      heard = [];
      taken = appended;
      turnStart = null;
      detector.reset();
    },
  };
}
