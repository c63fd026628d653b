/** Who conducts an interview at the moment: one conversation at a time, and the latest wins. */
export interface Holders {
  /** Ends the present holder, waits for that, and takes its place until disposed of. */
  take(sessionId: string, end: () => Promise<void>): Promise<Disposable>;
}

interface Holder {
  end(): Promise<void>;
}

export function createHolders(): Holders {
  const present = new Map<string, Holder>();
  return {
    async take(sessionId, end) {
      const holder: Holder = { end };
      const before = present.get(sessionId);
      present.set(sessionId, holder);
      await before?.end();
      return {
        [Symbol.dispose]() {
          if (present.get(sessionId) === holder) present.delete(sessionId);
        },
      };
    },
  };
}
