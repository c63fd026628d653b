import { createReadStream } from 'node:fs';
import { voicePcm } from '../../speech/voice-model.ts';

export const wavHeaderBytes = 44;

/** RIFF/WAVE with 16-bit mono PCM (http://soundfile.sapp.org/doc/WaveFormat/). */
export function wavHeader(pcmBytes: number): Buffer {
  const { sampleRate } = voicePcm;
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(wavHeaderBytes - 8 + pcmBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(pcmBytes, 40);
  return header;
}

/** The first `pcmBytes` of a file of bare samples as a WAV file. */
export async function* asWav(path: string, pcmBytes: number): AsyncGenerator<Uint8Array> {
  yield wavHeader(pcmBytes);
  if (pcmBytes === 0) return;
  const samples: AsyncIterable<Uint8Array> = createReadStream(path, { end: pcmBytes - 1 });
  yield* samples;
}
