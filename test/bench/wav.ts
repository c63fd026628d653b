const sampleRate = 96_000;
const channels = 2;
const bytesPerSample = 3;

/** A WAV file (96 kHz, stereo, 24-bit, as studio gear writes) of exactly `bytes`: a voice-like second, repeated. */
export function longRecording(bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  const frameBytes = channels * bytesPerSample;
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(bytes - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * frameBytes, 28);
  file.writeUInt16LE(frameBytes, 32);
  file.writeUInt16LE(8 * bytesPerSample, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(bytes - 44, 40);
  const second = Buffer.alloc(sampleRate * frameBytes);
  for (let frame = 0; frame < sampleRate; frame++) {
    const t = frame / sampleRate;
    const value = 3_000_000 * Math.sin(2 * Math.PI * 160 * t) * (0.55 - 0.45 * Math.cos(2 * Math.PI * 4 * t));
    for (let channel = 0; channel < channels; channel++) {
      second.writeIntLE(Math.round(value), frame * frameBytes + channel * bytesPerSample, bytesPerSample);
    }
  }
  for (let from = 44; from < bytes; from += second.length) second.copy(file, from);
  return file;
}
