import { z } from 'zod';

/** All voices of the speech endpoint as of November 2026, with the character each one has. */
export const voices = {
  alloy: 'Balanced, natural voice',
  ash: 'Calm, measured voice',
  ballad: 'Expressive, melodic voice',
  coral: 'Friendly, clear voice',
  echo: 'Clear, professional tone',
  fable: 'Warm, engaging voice',
  onyx: 'Deep, authoritative voice',
  nova: 'Bright, energetic voice',
  sage: 'Thoughtful, even voice',
  shimmer: 'Soft, pleasant voice',
  verse: 'Versatile, lively voice',
  marin: 'Relaxed, conversational voice',
  cedar: 'Grounded, steady voice',
} as const;

export type Voice = keyof typeof voices;

export const voiceNames = Object.keys(voices) as [Voice, ...Voice[]];

export const voiceSchema = z.enum(voiceNames, {
  error: `Unknown voice. Choose one of: ${voiceNames.join(', ')}.`,
});
