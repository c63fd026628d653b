import type { Voice } from '../speech/voices.ts';
import { guessLanguage } from './language.ts';

/** How espeak-ng says a text. `voice` is its language with a speaker variant, e.g. `en-us+f3`. */
export interface Utterance {
  /** What espeak-ng reads: `words` with its markup signs blanked out, character by character. */
  text: string;
  /** What the audio is to be recognised by. */
  words: string;
  voice: string;
  /** 0–99; 50 is the voice's own. */
  pitch: number;
  /** Words per minute, 80–450. */
  rate: number;
}

/** Variant, pitch and words per minute that come nearest to each voice's character. */
const characters: Record<Voice, [variant: string, pitch: number, rate: number]> = {
  alloy: ['f4', 45, 165],
  ash: ['m3', 42, 155],
  ballad: ['m2', 56, 150],
  coral: ['f2', 55, 165],
  echo: ['m1', 50, 168],
  fable: ['m5', 58, 160],
  onyx: ['m7', 22, 150],
  nova: ['f3', 60, 176],
  sage: ['f1', 44, 155],
  shimmer: ['f2', 66, 158],
  verse: ['m4', 54, 176],
  marin: ['f4', 56, 160],
  cedar: ['m6', 40, 154],
};

/** Guessed languages that espeak-ng names otherwise. An unknown name would make it silent. */
const espeakNames: Record<string, string> = { en: 'en-us', zh: 'cmn' };

/** `speed` multiplies the voice's own pace, 0.25–4 as on the speech endpoint. */
export function utter(text: string, voice: Voice, speed: number): Utterance {
  const language = guessLanguage(text);
  const [variant, pitch, rate] = characters[voice];
  return {
    // `<` would begin SSML and `[[` phonemes: both are ordinary text here.
    text: text.replace(/[<>]|\[\[|\]\]/g, (signs) => ' '.repeat(signs.length)),
    words: text,
    voice: `${espeakNames[language] ?? language}+${variant}`,
    pitch,
    rate: Math.min(450, Math.max(80, Math.round(rate * speed))),
  };
}
