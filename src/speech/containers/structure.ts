/** What a container says about itself and what is really there. */
export interface Structure {
  /** Length according to the header, in milliseconds; null where it names none. */
  claimedMs: number | null;
  /** Length of the audio that is there, where that shows without decoding; null leaves it to the demuxer. */
  measuredMs: number | null;
  /** What is broken, in words for the person who sent it ("it is cut off"); null when it looks whole. */
  damage: string | null;
}

export const cutOff = 'it is cut off before its end';
export const brokenHeader = 'its header is broken';

export const damaged = (damage: string): Structure => ({ claimedMs: null, measuredMs: null, damage });
export const whole: Structure = { claimedMs: null, measuredMs: null, damage: null };
