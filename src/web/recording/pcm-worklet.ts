import { createPcmCutter } from './pcm.ts';

/** The global scope of an AudioWorklet (Web Audio API, 1.32.2), which TypeScript's `dom` library leaves out. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Passes the microphone's sound on as PCM, on the audio thread: a page in the background goes on being heard. */
class PcmProcessor extends AudioWorkletProcessor {
  readonly #cut = createPcmCutter(sampleRate, (pcm) => this.port.postMessage(pcm, [pcm]));

  process([input]: Float32Array[][]): boolean {
    if (input?.[0]) this.#cut(input[0]);
    return true;
  }
}

registerProcessor('pcm', PcmProcessor);
