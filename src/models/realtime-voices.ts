import type { Voice } from '../speech/voices.ts';

/** The voices of Realtime sessions as of November 2026: https://developers.openai.com/api/docs/guides/realtime-conversations */
export const realtimeVoices = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'sage',
  'shimmer',
  'verse',
  'marin',
  'cedar',
] as const;
export type RealtimeVoice = (typeof realtimeVoices)[number];

/** Voices that only the speech endpoint has become the one of like character. */
const nearest: Record<Voice, RealtimeVoice> = {
  alloy: 'alloy',
  ash: 'ash',
  ballad: 'ballad',
  coral: 'coral',
  echo: 'echo',
  fable: 'ballad',
  onyx: 'cedar',
  nova: 'coral',
  sage: 'sage',
  shimmer: 'shimmer',
  verse: 'verse',
  marin: 'marin',
  cedar: 'cedar',
};

/** The voice itself where Realtime has it, else the nearest one. */
export function realtimeVoice(voice: Voice): RealtimeVoice {
  return nearest[voice];
}
