/** The part of the espeak-ng WebAssembly port that the offline voice uses; the package carries no types. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface EspeakVoice {
    set_voice(name: string, language: string): number;
    set_pitch(pitch: number): void;
    set_rate(wordsPerMinute: number): void;
    get_samplerate(): number;
    /** Blocks until all is said. The callback gets 16-bit mono samples and what begins within them; true stops. */
    synthesize(text: string, onSamples: (samples: Int16Array | null, events: EspeakEvent[]) => boolean): void;
  }
  export interface EspeakEvent {
    type: 'samplerate' | 'sentence' | 'word' | 'phoneme' | 'mark' | 'play' | 'end';
    /** In code points, from 1. */
    text_position: number;
    /** 0 where it is not known. */
    word_length: number;
    /** Milliseconds from the beginning of the utterance. */
    audio_position: number;
  }
  export interface EspeakModule {
    eSpeakNGWorker: new () => EspeakVoice;
  }
  export default function load(): Promise<EspeakModule>;
}
