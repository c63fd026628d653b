import { parentPort } from 'node:worker_threads';
import load from '@echogarden/espeak-ng-emscripten';
import { createWordWriter, cutTextPieces, type TextPiece } from './spoken-words-watermark.ts';
import type { Utterance } from './voice-characters.ts';

/** Sample rate of everything that leaves this worker, in Hz: what the speech endpoint's `pcm` has. */
const outputRate = 24_000;

/** `words` is what begins to be spoken within the samples. */
export type VoiceMessage = { samples: Int16Array<ArrayBuffer>; words: string } | { ended: true };

/** Linear resampling, piece by piece: the fractional position and the last sample carry over. */
function createResampler(from: number, to: number) {
  const step = from / to;
  let position = 0;
  let previous = 0;
  return (input: Int16Array): Int16Array<ArrayBuffer> => {
    const output = new Int16Array(Math.max(0, Math.ceil((input.length - position) / step)));
    let written = 0;
    while (position < input.length) {
      const index = Math.floor(position);
      const left = index === 0 ? previous : (input[index - 1] ?? 0);
      const right = input[index] ?? 0;
      output[written++] = Math.round(left + (right - left) * (position - index));
      position += step;
    }
    position -= input.length;
    previous = input[input.length - 1] ?? previous;
    return output.subarray(0, written);
  };
}

const port = parentPort;
if (!port) throw new Error('voice-worker.ts runs as a worker thread only');
const module = await load();
const espeak = new module.eSpeakNGWorker();

function post(samples: Int16Array<ArrayBuffer>, pieces: TextPiece[]): void {
  const words = pieces.map(({ text }) => text).join('');
  port?.postMessage({ samples, words } satisfies VoiceMessage, [samples.buffer]);
}

port.on('message', (utterance: Utterance) => {
  const resample = createResampler(espeak.get_samplerate(), outputRate);
  const writer = createWordWriter();
  const waiting = cutTextPieces(utterance.words);
  let played = 0;
  espeak.set_voice(utterance.voice, '');
  espeak.set_pitch(utterance.pitch);
  espeak.set_rate(utterance.rate);
  espeak.synthesize(utterance.text, (piece, events) => {
    if (!piece?.length) return false;
    const samples = resample(piece);
    const begun: TextPiece[] = [];
    let marked = 0;
    for (const event of events) {
      if (event.type !== 'word') continue;
      const from = Math.floor((event.audio_position / 1000) * outputRate) - played;
      if (from > marked) {
        writer.mark(samples.subarray(marked, from));
        marked = Math.min(from, samples.length);
      }
      // Positions count from 1; a word read in parts has the length of its first.
      const end = event.text_position - 1 + Math.max(1, event.word_length);
      for (let next = waiting[0]; next && next.start < end; next = waiting[0]) {
        writer.write(next);
        begun.push(next);
        waiting.shift();
      }
    }
    writer.mark(samples.subarray(marked));
    played += samples.length;
    post(samples, begun);
    return false;
  });
  // Signs that are not spoken have no moment of their own; silence makes room for what did not fit.
  for (const piece of waiting) writer.write(piece);
  if (writer.pending() > 0) {
    const silence = new Int16Array(writer.pending());
    writer.mark(silence);
    post(silence, waiting);
  }
  port.postMessage({ ended: true } satisfies VoiceMessage);
});
