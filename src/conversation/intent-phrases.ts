import type { IntentPhrases } from './intent-phrase.ts';
import { intentPhrasesDe } from './intent-phrases-de.ts';
import { intentPhrasesEn } from './intent-phrases-en.ts';
import { intentPhrasesEs } from './intent-phrases-es.ts';
import { intentPhrasesFr } from './intent-phrases-fr.ts';

/** By primary language subtag. */
export const intentPhrases: Partial<Record<string, IntentPhrases>> & { en: IntentPhrases } = {
  en: intentPhrasesEn,
  de: intentPhrasesDe,
  es: intentPhrasesEs,
  fr: intentPhrasesFr,
};

/** Sounds and courtesies that come before what somebody has to say, in any of the four languages. */
export const filler =
  /^(?:u+h*m+|u+h+|e+r+m*|h+m+|m+h*m+|a+h+|o+h+|ä+h*m*|e+h+m*|e+uh+|well|okay|ok|so|sorry|right|please|actually|thanks|thank you|good question|great question|that's a good question|also|na ja|naja|nun|tja|bitte|danke|gute frage|entschuldigung|pues|bueno|vale|este|por favor|gracias|buena pregunta|lo siento|alors|ben|bah|bon|désolée?|merci|bonne question|s'il vous plaît)(?:[\s,.;:!…-]+|$)/u;
