import { type AudioSample, AudioSampleSink, type InputAudioTrack } from 'mediabunny';

/** How loud a stretch of about 20 ms is. */
export interface LoudnessFrame {
  /** From the start of the recording. */
  startMs: number;
  endMs: number;
  /** RMS in dBFS without the constant offset, the mean of all channels; digital silence is -100. */
  level: number;
}

export const frameMs = 20;
export const silence = -100;

/** Mean power of each of `count` equal frames, summed over the channels. */
function addPower(plane: Float32Array, power: Float64Array): void {
  const frameLength = plane.length / power.length;
  for (let frame = 0; frame < power.length; frame++) {
    const from = Math.floor(frame * frameLength);
    const to = Math.floor((frame + 1) * frameLength);
    let sum = 0;
    let squares = 0;
    for (let index = from; index < to; index++) {
      const value = plane[index] ?? 0;
      sum += value;
      squares += value * value;
    }
    const length = Math.max(1, to - from);
    power[frame] = (power[frame] ?? 0) + Math.max(0, squares / length - (sum / length) ** 2);
  }
}

function measure(sample: AudioSample, originMs: number): LoudnessFrame[] {
  const durationMs = sample.duration * 1000;
  const power = new Float64Array(Math.max(1, Math.round(durationMs / frameMs)));
  const plane = new Float32Array(sample.numberOfFrames);
  for (let planeIndex = 0; planeIndex < sample.numberOfChannels; planeIndex++) {
    sample.copyTo(plane, { planeIndex, format: 'f32-planar' });
    addPower(plane, power);
  }
  const startMs = sample.timestamp * 1000 - originMs;
  return Array.from(power, (total, frame) => ({
    startMs: startMs + (frame / power.length) * durationMs,
    endMs: startMs + ((frame + 1) / power.length) * durationMs,
    level: Math.max(silence, 10 * Math.log10(total / sample.numberOfChannels)),
  }));
}

/** Decodes a track piece by piece and yields the loudness of each piece. Throws what the decoder throws. */
export async function* measureLoudness(track: InputAudioTrack): AsyncGenerator<LoudnessFrame[]> {
  const originMs = Math.max(0, await track.getFirstTimestamp()) * 1000;
  for await (const sample of new AudioSampleSink(track).samples()) {
    try {
      if (sample.numberOfFrames > 0) yield measure(sample, originMs);
    } finally {
      sample.close();
    }
  }
}
