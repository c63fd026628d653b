import { parentPort } from 'node:worker_threads';
import load from '@echogarden/espeak-ng-emscripten';
import type { Utterance } from './voice-characters.ts';

/** Sample rate of everything that leaves this worker, in Hz: what the speech endpoint's `pcm` has. */
const outputRate = 24_000;

export type VoiceMessage = { samples: Int16Array<ArrayBuffer> } | { ended: true };

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

port.on('message', (utterance: Utterance) => {
  const resample = createResampler(espeak.get_samplerate(), outputRate);
  espeak.set_voice(utterance.voice, '');
  espeak.set_pitch(utterance.pitch);
  espeak.set_rate(utterance.rate);
  espeak.synthesize(utterance.text, (piece) => {
    if (piece?.length) {
      const samples = resample(piece);
      port.postMessage({ samples } satisfies VoiceMessage, [samples.buffer]);
    }
    return false;
  });
  port.postMessage({ ended: true } satisfies VoiceMessage);
});
