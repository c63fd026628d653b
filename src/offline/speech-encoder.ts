import { registerMediabunnyServer } from '@mediabunny/server';
import {
  AppendOnlyStreamTarget,
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  Mp3OutputFormat,
  Output,
  WavOutputFormat,
} from 'mediabunny';
import { spokenWordsTag } from './spoken-words-tag.ts';
import { voiceSampleRate } from './voice.ts';

type Samples = AsyncIterable<Int16Array<ArrayBuffer>>;

async function feed(output: Output, source: AudioSampleSource, samples: Samples, words: string): Promise<void> {
  output.addAudioTrack(source);
  output.setMetadataTags(spokenWordsTag(words));
  await output.start();
  let said = 0;
  for await (const data of samples) {
    const timestamp = said / voiceSampleRate;
    using sample = new AudioSample({
      data,
      format: 's16',
      numberOfChannels: 1,
      sampleRate: voiceSampleRate,
      timestamp,
    });
    await source.add(sample);
    said += data.length;
  }
  await output.finalize();
}

/** MP3 as it is encoded. No Xing header: it can only be written once the length is known. */
export async function* encodeMp3(samples: Samples, words: string): AsyncGenerator<Uint8Array> {
  registerMediabunnyServer();
  let fail: (error: unknown) => void = () => {};
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => {
      fail = (error) => controller.error(error);
    },
  });
  const output = new Output({
    format: new Mp3OutputFormat({ xingHeader: false }),
    target: new AppendOnlyStreamTarget(writable),
  });
  feed(output, new AudioSampleSource({ codec: 'mp3', bitrate: 64_000 }), samples, words)
    .catch((error: unknown) => {
      fail(error);
      return output.cancel();
    })
    // The reader has the failure already, or has left: cancelling an output whose target is gone may fail too.
    .catch(() => undefined);
  yield* readable;
}

/** WAV states its length first, so it is sent whole. */
export async function* encodeWav(samples: Samples, words: string): AsyncGenerator<Uint8Array> {
  const target = new BufferTarget();
  await feed(
    new Output({ format: new WavOutputFormat(), target }),
    new AudioSampleSource({ codec: 'pcm-s16' }),
    samples,
    words,
  );
  if (!target.buffer) throw new Error('the WAV writer finished without a file');
  yield new Uint8Array(target.buffer);
}

/** Raw 16-bit little-endian mono at 24 kHz. */
export async function* encodePcm(samples: Samples): AsyncGenerator<Uint8Array> {
  for await (const { buffer, byteOffset, byteLength } of samples) yield new Uint8Array(buffer, byteOffset, byteLength);
}
