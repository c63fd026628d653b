/** A call between a browser and the vendor, over WebRTC, that this server has placed and listens to. */
export interface Call {
  id: string;
  userId: string;
  /** Hangs up, once. Resolves when everything is put away. */
  end(): Promise<void>;
  ended: Promise<void>;
}

/** The calls that go on, of this process. */
export interface Calls {
  find(id: string): Call | undefined;
  /** A place among the user's calls; null when all are taken. Dispose of it to give it back. */
  reserve(userId: string): Disposable | null;
  add(call: Call): void;
  remove(id: string): void;
  /** Hangs up every call of the user. Resolves when all are put away. */
  endAll(userId: string): Promise<void>;
}

/** Calls of one user at once. */
export const mostPerUser = 3;

export function createCalls(): Calls {
  const calls = new Map<string, Call>();
  const reserved = new Map<string, number>();
  return {
    find: (id) => calls.get(id),
    reserve(userId) {
      const before = reserved.get(userId) ?? 0;
      if (before >= mostPerUser) return null;
      reserved.set(userId, before + 1);
      return {
        [Symbol.dispose]() {
          const left = (reserved.get(userId) ?? 0) - 1;
          if (left > 0) reserved.set(userId, left);
          else reserved.delete(userId);
        },
      };
    },
    add: (call) => void calls.set(call.id, call),
    remove: (id) => void calls.delete(id),
    async endAll(userId) {
      await Promise.all([...calls.values()].filter((call) => call.userId === userId).map((call) => call.end()));
    },
  };
}
