import type { Belongings } from '../api/support/belongings.ts';

export type Input = Record<string, unknown>;

/** A line of `procedures.ts`. */
export interface ProcedureEntry {
  /** For anybody, signed in or not. */
  open?: true;
  /** Names things by id: made from somebody's belongings. Another user's, and nobody's, are not found. */
  names?: (of: Belongings) => Input;
  /** Ids that only mark a place in one's own list. */
  cursor?: (id: string) => Input;
}

/** What is sent to a route: its own path and method unless told. */
export interface RouteRequest extends RequestInit {
  path?: string;
}

/** A line of `routes.ts`. */
export interface RouteEntry {
  /** Pages, probes and doors that make one somebody; `guests`: without a token one is the bearer of a signed cookie. */
  open?: true | 'guests';
  /** Each of its procedures has a line of its own, or it is only there for handshakes. */
  elsewhere?: 'procedures' | 'sockets';
  /** Names things by id: made from somebody's belongings. Another user's, and nobody's, are not found. */
  names?: (of: Belongings) => RouteRequest;
  /** What is sent where nothing is named. */
  sends?: () => RouteRequest;
}
