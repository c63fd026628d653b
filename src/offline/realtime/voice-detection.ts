import { voiceSampleRate } from '../voice.ts';
import type { TurnDetection } from './session-schema.ts';

const frameSamples = voiceSampleRate / 100;
/** Shorter sounds are clicks. */
const framesToStart = 3;
/** Root mean square of a frame at threshold 1, of 32768: speech into a microphone has 1000 to 5000. */
const loudest = 800;
/** What the smarter detection waits for, by how eager it is told to be, in milliseconds. */
const semanticSilenceMs = { low: 2000, medium: 1200, auto: 1200, high: 800 };

/** A turn's edge. `sample` counts all samples since the session began. */
export interface TurnEdge {
  type: 'started' | 'stopped';
  sample: number;
}

export interface VoiceDetector {
  /** Every edge within these samples, in order, by the audio's own time. Without settings they are only counted. */
  listen(samples: Int16Array, settings: TurnDetection | null): TurnEdge[];
  /** Begins a new turn: the client committed or cleared the buffer by hand. */
  reset(): void;
}

/** Finds turns by loudness alone. Edges include the padding before and the silence after the speech. */
export function createVoiceDetector(): VoiceDetector {
  let listened = 0;
  let energy = 0;
  let inFrame = 0;
  let loudFrames = 0;
  let quietFrames = 0;
  let speaking = false;

  function endFrame(settings: TurnDetection): TurnEdge | null {
    const server = settings.type === 'server_vad';
    const loud = Math.sqrt(energy / frameSamples) > loudest * (server ? settings.threshold : 0.5);
    energy = 0;
    inFrame = 0;
    loudFrames = loud ? loudFrames + 1 : 0;
    quietFrames = loud ? 0 : quietFrames + 1;
    if (!speaking && loudFrames >= framesToStart) {
      speaking = true;
      const paddingMs = server ? settings.prefix_padding_ms : 300;
      const sample = listened - loudFrames * frameSamples - (paddingMs * voiceSampleRate) / 1000;
      return { type: 'started', sample: Math.max(0, sample) };
    }
    const silenceMs = server ? settings.silence_duration_ms : semanticSilenceMs[settings.eagerness];
    if (!speaking || quietFrames * 10 < Math.max(10, silenceMs)) return null;
    speaking = false;
    return { type: 'stopped', sample: listened };
  }

  return {
    listen(samples, settings) {
      const edges: TurnEdge[] = [];
      if (!settings) {
        listened += samples.length;
        return edges;
      }
      for (const sample of samples) {
        energy += sample * sample;
        listened += 1;
        if (++inFrame < frameSamples) continue;
        const edge = endFrame(settings);
        if (edge) edges.push(edge);
      }
      return edges;
    },
    reset() {
      speaking = false;
      loudFrames = 0;
    },
  };
}
