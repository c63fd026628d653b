/**
 * Makes the files beside it again: `node src/demo/samples/make.ts`. The CV comes from `cv-pdf.ts`; the recordings are
 * spoken by the offline voice from `answers.ts`, and carry their words in the file's comment tag, from which the offline
 * transcriber reads them back. The same sources give the same sounds and sizes; only a creation time inside differs.
 * The job description is written by hand.
 */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  Conversion,
  type ConversionAudioOptions,
  Input,
  Mp3OutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WavOutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import OpenAI from 'openai';
import { startOfflineServer } from '../../offline/server.ts';
import { registerCodecs } from '../../speech/media.ts';
import { sampleAnswers, sampleFarewell } from './answers.ts';
import { makeCvPdf } from './cv-pdf.ts';

interface Encoding {
  format: () => OutputFormat;
  audio: ConversionAudioOptions;
}

const encodings: Record<string, Encoding> = {
  '.mp3': { format: () => new Mp3OutputFormat(), audio: { codec: 'mp3', bitrate: 48_000 } },
  '.wav': { format: () => new WavOutputFormat(), audio: { codec: 'pcm-s16', sampleRate: 16_000, numberOfChannels: 1 } },
  // As a browser's MediaRecorder writes it: live, so no duration in the header and no index.
  '.webm': {
    format: () => new WebMOutputFormat({ appendOnly: true }),
    audio: { codec: 'opus', bitrate: 32_000, sampleRate: 48_000 },
  },
  '.m4a': { format: () => new Mp4OutputFormat(), audio: { codec: 'aac', bitrate: 48_000 } },
};

async function encode(speech: Uint8Array, { format, audio }: Encoding): Promise<Uint8Array> {
  using input = new Input({ source: new BufferSource(speech), formats: ALL_FORMATS });
  const target = new BufferTarget();
  const conversion = await Conversion.init({ input, output: new Output({ format: format(), target }), audio });
  await conversion.execute();
  if (!target.buffer) throw new Error('nothing was encoded');
  return new Uint8Array(target.buffer);
}

registerCodecs();
const offline = await startOfflineServer();
try {
  const client = new OpenAI({ baseURL: offline.url, apiKey: offline.apiKey });
  for (const { file, words } of [...sampleAnswers, sampleFarewell]) {
    const encoding = encodings[extname(file)];
    if (!encoding) throw new Error(`${file}: no such format`);
    const speech = await client.audio.speech.create({
      model: 'tts-1-hd',
      voice: 'echo',
      input: words,
      response_format: 'wav',
    });
    const recording = await encode(new Uint8Array(await speech.arrayBuffer()), encoding);
    await writeFile(new URL(file, import.meta.url), recording);
  }
} finally {
  await offline.close();
}
await writeFile(new URL('cv.pdf', import.meta.url), makeCvPdf());
