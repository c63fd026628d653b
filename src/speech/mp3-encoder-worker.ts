/** The entry of the encoding thread: see `mp3-encoder.ts`. */
import { parentPort } from 'node:worker_threads';
import { AppendOnlyStreamTarget, AudioSample, AudioSampleSource, Mp3OutputFormat, Output } from 'mediabunny';
import { registerCodecs } from './media.ts';
import { type EncodingReply, encodingJobSchema } from './mp3-encoding-job.ts';

const sampleRate = 24_000;
const bytesPerSample = 2;

interface Encoding {
  output: Output;
  source: AudioSampleSource;
  /** Samples so far: where the next ones begin. */
  length: number;
  /** Half a sample whose other half has not come yet. */
  odd: Uint8Array;
}

const encodings = new Map<number, Encoding>();

function reply(message: EncodingReply): void {
  parentPort?.postMessage(message);
}

async function begin(id: number): Promise<Encoding> {
  const writable = new WritableStream<Uint8Array>({ write: (mp3) => reply({ id, kind: 'mp3', mp3 }) });
  // A Xing header can only be written once the length is known.
  const format = new Mp3OutputFormat({ xingHeader: false });
  const output = new Output({ format, target: new AppendOnlyStreamTarget(writable) });
  const source = new AudioSampleSource({ codec: 'mp3', bitrate: 64_000 });
  output.addAudioTrack(source);
  const encoding: Encoding = { output, source, length: 0, odd: new Uint8Array() };
  encodings.set(id, encoding);
  await output.start();
  return encoding;
}

async function add(encoding: Encoding, pcm: Uint8Array): Promise<void> {
  const bytes = new Uint8Array(encoding.odd.length + pcm.length);
  bytes.set(encoding.odd);
  bytes.set(pcm, encoding.odd.length);
  const whole = bytes.length - (bytes.length % bytesPerSample);
  encoding.odd = bytes.subarray(whole);
  if (whole === 0) return;
  const timestamp = encoding.length / sampleRate;
  encoding.length += whole / bytesPerSample;
  using sample = new AudioSample({
    data: bytes.subarray(0, whole),
    format: 's16',
    numberOfChannels: 1,
    sampleRate,
    timestamp,
  });
  await encoding.source.add(sample);
}

async function perform(message: unknown): Promise<void> {
  const job = encodingJobSchema.parse(message);
  const { id, kind } = job;
  try {
    if (kind === 'add') {
      await add(encodings.get(id) ?? (await begin(id)), job.pcm);
      reply({ id, kind: 'taken' });
      return;
    }
    const encoding = encodings.get(id);
    encodings.delete(id);
    if (kind === 'cancel') return await encoding?.output.cancel();
    await encoding?.output.finalize();
    reply({ id, kind: 'ended' });
  } catch (error) {
    encodings.delete(id);
    // Of a cancelled encoding nobody wants to hear.
    if (kind !== 'cancel') reply({ id, kind: 'failed', reason: String(error) });
  }
}

registerCodecs();
parentPort?.on('message', (message: unknown) => void perform(message));
