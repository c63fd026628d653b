/** `pending`: it is not known yet, and has to be within half a minute of a start. */
export type Verdict = 'holds' | 'pending' | { breach: string };

/** Something a server has promised to a client, which has to hold whatever becomes of that server. */
export interface Claim {
  what: string;
  /** Looks from outside. May do what a client would do: send again what was not answered. */
  look(): Promise<Verdict>;
}

export const breach = (what: string): Verdict => ({ breach: what });
