interface Line {
  /** Settles when the last one in the line is done; never rejects. */
  last: Promise<unknown>;
  underWay: number;
  cancelling: AbortController;
}

export interface OwnerQueue {
  /** Runs the work once everything before it of the same owner is done. The signal is `cancel`'s. */
  run<T>(owner: string, work: (cancelled: AbortSignal) => Promise<T>): Promise<T>;
  /** How much of an owner's work runs or waits. */
  underWay(owner: string): number;
  /** Aborts the signal of all of an owner's work that runs or waits; what is queued from now on is not concerned. */
  cancel(owner: string, reason: Error): void;
}

/** One thing after the other for each owner, side by side for different ones. */
export function createOwnerQueue(): OwnerQueue {
  const lines = new Map<string, Line>();
  return {
    async run(owner, work) {
      const line = lines.get(owner) ?? { last: Promise.resolve(), underWay: 0, cancelling: new AbortController() };
      lines.set(owner, line);
      const { signal } = line.cancelling;
      const turn = line.last.then(() => work(signal));
      line.underWay += 1;
      // Its own caller is told; those behind go on all the same.
      line.last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        line.underWay -= 1;
        if (line.underWay === 0) lines.delete(owner);
      }
    },
    underWay: (owner) => lines.get(owner)?.underWay ?? 0,
    cancel(owner, reason) {
      const line = lines.get(owner);
      line?.cancelling.abort(reason);
      if (line) line.cancelling = new AbortController();
    },
  };
}
