/** How loud a microphone is. */
export interface LevelMeter {
  /** 0 is silence (−60 dBFS and below), 1 is as loud as it gets. */
  read(): number;
  close(): void;
}

/** Speech at a normal distance comes to about −30 dBFS: half of the way. */
const floorDb = -60;
/** From here on somebody is speaking, not only breathing. */
export const speechLevel = 0.3;

/** Listens along; nothing comes out of the speakers. */
export function meterLevel(stream: MediaStream): LevelMeter {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      analyser.getFloatTimeDomainData(samples);
      let squares = 0;
      for (const sample of samples) squares += sample * sample;
      const db = 10 * Math.log10(squares / samples.length + 1e-12);
      return Math.min(1, Math.max(0, 1 - db / floorDb));
    },
    close() {
      source.disconnect();
      context.close().catch(() => undefined); // closed already: that is what was wanted
    },
  };
}
