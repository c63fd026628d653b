/** Work that outlives the request which asked for it, and the server. The row tells what became of it. */
export type WorkKind = 'transcribe' | 'speak' | 'evaluate';

export interface WorkItem {
  /** Of the answer to transcribe, the question to speak, or the session to evaluate. */
  id: string;
  /** Whose work it is: one user's flood leaves room for others. */
  ownerId: string;
  /** Of a question that is to be spoken in another voice than its session's. */
  voice?: string | undefined;
}

/** Runs a statement, of a transaction if it belongs to one. */
export interface SqlRunner {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface Work {
  /** Adds the work in the transaction of the row that it is about: both are there after a crash, or neither. */
  add(kind: WorkKind, items: WorkItem[], transaction: SqlRunner): Promise<void>;
  /** After the commit: begins at once, unless as much of its kind is under way as may be. */
  begin(kind: WorkKind): void;
  /** What waits for another try is tried now. */
  hurry(kind: WorkKind, id: string): Promise<void>;
  /** What waits is not to be done any more, as what it is about was deleted. What is under way finds that out itself. */
  drop(kind: WorkKind, ids: readonly string[]): Promise<void>;
  /** Aborts when this server gives back what it has not finished: another one goes on, nobody here should wait. */
  readonly givingBack: AbortSignal;
}

/** How a piece of work is run: at least once, so it looks at the row first and does only what is still to be done. */
export interface Attempt {
  signal: AbortSignal;
  /** How often it was begun before, by servers that died as well. */
  earlierTries: number;
}

/** It could not be done this time and is to be tried again, after a while that grows. The row says why already. */
export class TryAgainLater extends Error {}

/** Whatever is begun so often without an end ends the server each time. */
export const mostTries = 5;
