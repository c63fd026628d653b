import type { Voice } from '../speech/voices.ts';
import type { Caller } from './context.ts';
import { primaryLanguage } from './language.ts';
import { speakOnce } from './spoken-once.ts';

/** What a voice says of itself; in other languages it says it in English. */
const introductions: Record<string, string> = {
  en: 'Hello, and welcome. I will be your interviewer today. Shall we begin?',
  de: 'Guten Tag und herzlich willkommen. Ich führe heute das Gespräch mit Ihnen. Wollen wir beginnen?',
  es: 'Hola, y bienvenido. Hoy seré su entrevistador. ¿Empezamos?',
  fr: 'Bonjour et bienvenue. C’est moi qui mène l’entretien aujourd’hui. On commence ?',
  it: 'Buongiorno e benvenuto. Oggi condurrò io il colloquio. Cominciamo?',
  pt: 'Olá, seja bem-vindo. Hoje vou conduzir a sua entrevista. Vamos começar?',
  nl: 'Goedendag en welkom. Ik voer vandaag het gesprek met u. Zullen we beginnen?',
};

/** Where a voice can be heard. Spoken once for everybody; throws `upstream_*` or `unavailable` when it cannot be. */
export async function voiceSample(
  { deps, userId, signal }: Caller,
  { voice, language }: { voice: Voice; language: string },
): Promise<{ audioUrl: string }> {
  const known = introductions[primaryLanguage(language)];
  const words = known ? { text: known, language } : { text: introductions.en ?? '', language: 'en' };
  const id = await speakOnce(deps, { kind: 'filler', ...words, voice, userId, sessionId: null, signal });
  return { audioUrl: `/audio/${id}` };
}
