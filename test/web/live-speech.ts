import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_FORMATS, AudioSampleSink, BufferSource, Input } from 'mediabunny';
import { joined, sampleRate, silence, wav } from '../support/audio-fixtures.ts';
import type { Viva } from '../support/viva.ts';

/** A WAV file for the browser's microphone: real speech between stretches of silence, over and over. */
export async function speechFile(
  server: Viva,
  words: string,
  { firstMs, pauseMs, times }: { firstMs: number; pauseMs: number; times: number },
): Promise<{ path: string; speechMs: number } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'viva-speech-'));
  const path = join(folder, 'speech.wav');
  const speech = await decode(await server.say(words));
  const parts = Array.from({ length: times }, () => [speech, silence(pauseMs)]).flat();
  await writeFile(path, wav(joined(silence(firstMs), ...parts)));
  return {
    path,
    speechMs: (speech.length / sampleRate) * 1000,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** At the rate of the fixtures; between two samples lies a straight line. */
async function decode(mp3: Uint8Array): Promise<Float32Array> {
  using input = new Input({ source: new BufferSource(mp3), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw new Error('There is no sound to speak with.');
  const samples: number[] = [];
  let rate = sampleRate;
  for await (const sample of new AudioSampleSink(track).samples()) {
    const part = new Float32Array(sample.numberOfFrames);
    sample.copyTo(part, { planeIndex: 0, format: 'f32-planar' });
    for (const value of part) samples.push(value);
    rate = sample.sampleRate;
    sample.close();
  }
  return Float32Array.from({ length: Math.floor((samples.length / rate) * sampleRate) }, (_, index) => {
    const at = (index * rate) / sampleRate;
    const before = samples[Math.floor(at)] ?? 0;
    return before + ((samples[Math.ceil(at)] ?? before) - before) * (at % 1);
  });
}
