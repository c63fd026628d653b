import type { Voice } from '../../../speech/voices.ts';

const known: Record<Voice, true> = {
  alloy: true,
  ash: true,
  ballad: true,
  coral: true,
  echo: true,
  fable: true,
  onyx: true,
  nova: true,
  sage: true,
  shimmer: true,
  verse: true,
  marin: true,
  cedar: true,
};

const isVoice = (name: string): name is Voice => Object.hasOwn(known, name);

/** The voice that was kept, if there still is one of this name. */
export const voiceOf = (name: string): Voice => (isVoice(name) ? name : 'alloy');
