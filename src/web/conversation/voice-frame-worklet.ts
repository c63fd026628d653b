import { frameMs, measureFrame } from './voice-frame.ts';

/** The global scope of an AudioWorklet (Web Audio API, 1.32.2), which TypeScript's `dom` library leaves out. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Measures the microphone every 20 ms, on the audio thread: a page in the background goes on hearing. */
class VoiceFrameProcessor extends AudioWorkletProcessor {
  readonly #frame = new Float32Array(Math.round((sampleRate * frameMs) / 1000));
  #filled = 0;

  process([input]: Float32Array[][]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#frame[this.#filled++] = sample;
      if (this.#filled < this.#frame.length) continue;
      this.port.postMessage(measureFrame(this.#frame, sampleRate));
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('voice-frames', VoiceFrameProcessor);
