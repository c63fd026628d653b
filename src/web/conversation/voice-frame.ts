/** What is measured of a stretch of sound. */
export interface VoiceFrame {
  /** Root mean square in dBFS; never below `silentDb`. */
  levelDb: number;
  /** Share of neighbouring samples between which the sign changes: low in voices, near 0.5 in hiss. */
  crossings: number;
  durationMs: number;
}

export const frameMs = 20;
export const silentDb = -100;

export function measureFrame(samples: Float32Array, sampleRate: number): VoiceFrame {
  let squares = 0;
  let crossings = 0;
  let before = samples[0] ?? 0;
  for (const sample of samples) {
    squares += sample * sample;
    if (sample >= 0 !== before >= 0) crossings += 1;
    before = sample;
  }
  const level = 10 * Math.log10(squares / Math.max(1, samples.length));
  return {
    levelDb: Math.max(silentDb, level),
    crossings: crossings / Math.max(1, samples.length),
    durationMs: (samples.length / sampleRate) * 1000,
  };
}
