import { registerMediabunnyServer } from '@mediabunny/server';
import {
  ALL_FORMATS,
  AudioSampleSink,
  BufferSource,
  BufferTarget,
  Conversion,
  Input,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WavOutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import type OpenAI from 'openai';

registerMediabunnyServer();

export const containers: Record<string, () => OutputFormat> = {
  mp3: () => new Mp3OutputFormat(),
  wav: () => new WavOutputFormat(),
  // As MediaRecorder writes it: no duration in the header, nothing rewritten afterwards.
  webm: () => new WebMOutputFormat({ appendOnly: true }),
  m4a: () => new Mp4OutputFormat(),
  ogg: () => new OggOutputFormat(),
};

/** What a client does with speech: the container changes, the words and the tags stay. */
export async function convert(bytes: Uint8Array, format: OutputFormat): Promise<Uint8Array> {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const target = new BufferTarget();
  const conversion = await Conversion.init({ input, output: new Output({ format, target }) });
  await conversion.execute();
  if (!target.buffer) throw new Error('nothing was written');
  return new Uint8Array(target.buffer);
}

/** Length in seconds and root mean square of the decoded samples (0–1). */
export async function measure(bytes: Uint8Array): Promise<{ durationS: number; loudness: number }> {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw new Error('no audio track');
  let squares = 0;
  let count = 0;
  for await (const sample of new AudioSampleSink(track).samples()) {
    const samples = new Float32Array(sample.numberOfFrames);
    sample.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    for (const value of samples) squares += value * value;
    count += samples.length;
    sample.close();
  }
  return { durationS: await input.computeDuration(), loudness: Math.sqrt(squares / count) };
}

export async function say(client: OpenAI, input: string, voice = 'nova'): Promise<Uint8Array<ArrayBuffer>> {
  const response = await client.audio.speech.create({ model: 'tts-1-hd', voice, input });
  return new Uint8Array(await response.arrayBuffer());
}
