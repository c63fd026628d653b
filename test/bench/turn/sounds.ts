import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeMp3, encodePcm } from '../../../src/offline/speech-encoder.ts';
import { createOfflineVoice, voiceSampleRate } from '../../../src/offline/voice.ts';
import { utter } from '../../../src/offline/voice-characters.ts';
import { said } from './pace.ts';

/** Files that are made before anything is measured. */
export interface Sounds {
  /** What the candidate uploads: some two seconds of speech; WAV with 44 bytes of header, 24 kHz, 16-bit, mono. */
  recording: string;
  /** What the vendor sends for each piece of a reply, in the two encodings that are asked for. */
  mp3: string;
  pcm: string;
}

export async function makeSounds(folder: string): Promise<Sounds> {
  const voice = createOfflineVoice(1);
  const speak = (text: string) => voice.speak(utter(text, 'nova', 1), AbortSignal.timeout(30_000));
  const sounds = {
    recording: join(folder, 'recording.wav'),
    mp3: join(folder, 'speech.mp3'),
    pcm: join(folder, 'speech.pcm'),
  };
  const sentence = 'Thank you for explaining that.';
  try {
    await writeFile(sounds.recording, wav(await all(encodePcm(speak(said)))));
    await writeFile(sounds.mp3, encodeMp3(speak(sentence), sentence));
    await writeFile(sounds.pcm, encodePcm(speak(sentence)));
  } finally {
    await voice.close();
  }
  return sounds;
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

function wav(samples: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(voiceSampleRate, 24);
  header.writeUInt32LE(voiceSampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
