import { silentDb, type VoiceFrame } from './voice-frame.ts';

/**
 * `onset`: it sounds as if somebody began to speak. `speech`: somebody speaks. `cancelled`: it was a click or a cough
 * after all. `silence`: the speaker has stopped for as long as `hangoverMs`.
 */
export type VoiceChange = 'onset' | 'speech' | 'cancelled' | 'silence';

export interface VoiceActivityOptions {
  /** How long a pause ends what is said. */
  hangoverMs: number;
  /** How far above the noise a voice is. */
  marginDb: number;
  /** Nothing below this is a voice, however quiet the room. */
  minLevelDb: number;
  /** How much voice makes an onset, and how much makes it certain. */
  onsetMs: number;
  confirmMs: number;
}

export const voiceActivityDefaults: VoiceActivityOptions = {
  hangoverMs: 1_100,
  marginDb: 9,
  minLevelDb: -52,
  onsetMs: 60,
  confirmMs: 180,
};

/** While the interviewer speaks: what the echo canceller leaves of its voice must not count as the candidate's. */
const guard = { marginDb: 8, minLevelDb: 10, onsetMs: 40, confirmMs: 100 };

const noiseWindowMs = 4_000;
const firstNoiseDb = -60;
/** A room louder than this is one in which nobody can be told apart. */
const loudestNoiseDb = -30;
/** The minimum lies below the mean of the noise. */
const minimumBiasDb = 2;
/** A voice that has begun goes on a little quieter than it began. */
const hysteresisDb = 3;
/** Voices cross zero at less than a fifth of the samples, hiss and keys at a third and more. */
const voicedCrossings = 0.25;
const cancelMs = 240;

export interface VoiceActivity {
  /** `guarded` while the interviewer is heard from the loudspeaker. */
  push(frame: VoiceFrame, guarded: boolean): VoiceChange | null;
  /** Forgets who spoke; what is known of the noise stays. */
  reset(): void;
  setHangover(ms: number): void;
  noiseDb(): number;
}

/**
 * Tells voice from noise by energy and zero crossings. The noise floor is the smoothed level's minimum over four seconds
 * (R. Martin, Noise power spectral density estimation based on minimum statistics, 2001, here on the whole band): it
 * follows a room that becomes louder, and no pause has to be found for it.
 */
export function createVoiceActivity(options: Partial<VoiceActivityOptions> = {}): VoiceActivity {
  const settings = { ...voiceActivityDefaults, ...options };
  const recent: { levelDb: number; atMs: number }[] = [{ levelDb: firstNoiseDb, atMs: 0 }];
  let nowMs = 0;
  let smoothedDb = firstNoiseDb;
  let state: 'silent' | 'onset' | 'speech' = 'silent';
  let voicedMs = 0;
  let quietMs = 0;

  /** Keeps only what can still become the minimum. */
  function learnNoise(levelDb: number, durationMs: number): void {
    nowMs += durationMs;
    smoothedDb += (levelDb - smoothedDb) * 0.3;
    while (recent.length > 0 && (recent.at(-1)?.levelDb ?? silentDb) >= smoothedDb) recent.pop();
    recent.push({ levelDb: smoothedDb, atMs: nowMs });
    while ((recent[0]?.atMs ?? nowMs) < nowMs - noiseWindowMs) recent.shift();
  }

  const noiseDb = () => Math.min(loudestNoiseDb, (recent[0]?.levelDb ?? firstNoiseDb) + minimumBiasDb);

  function become(next: typeof state, change: VoiceChange): VoiceChange {
    state = next;
    quietMs = 0;
    if (next === 'silent') voicedMs = 0;
    return change;
  }

  return {
    push({ levelDb, crossings, durationMs }, guarded) {
      const extra = guarded ? guard : { marginDb: 0, minLevelDb: 0, onsetMs: 0, confirmMs: 0 };
      const threshold = Math.max(
        noiseDb() + settings.marginDb + extra.marginDb,
        settings.minLevelDb + extra.minLevelDb,
      );
      learnNoise(levelDb, durationMs);
      if (state === 'speech') {
        quietMs = levelDb > threshold - hysteresisDb ? 0 : quietMs + durationMs;
        return quietMs >= settings.hangoverMs ? become('silent', 'silence') : null;
      }
      const voiced = levelDb > threshold && crossings < voicedCrossings;
      voicedMs = voiced ? voicedMs + durationMs : Math.max(0, voicedMs - durationMs / 2);
      quietMs = voiced ? 0 : quietMs + durationMs;
      if (state === 'silent') {
        return voicedMs >= settings.onsetMs + extra.onsetMs ? become('onset', 'onset') : null;
      }
      if (voicedMs >= settings.confirmMs + extra.confirmMs) return become('speech', 'speech');
      return quietMs >= cancelMs ? become('silent', 'cancelled') : null;
    },
    reset() {
      state = 'silent';
      voicedMs = 0;
      quietMs = 0;
    },
    setHangover(ms) {
      settings.hangoverMs = ms;
    },
    noiseDb,
  };
}
