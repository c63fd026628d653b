/** Counts what is open at once, by whose it is. */
export interface Places {
  /** Null when all are taken. Dispose of it to give it back. */
  take(owner: string): Disposable | null;
}

export function createPlaces(perOwner: number): Places {
  const taken = new Map<string, number>();
  return {
    take(owner) {
      const before = taken.get(owner) ?? 0;
      if (before >= perOwner) return null;
      taken.set(owner, before + 1);
      return {
        [Symbol.dispose]() {
          const left = (taken.get(owner) ?? 0) - 1;
          if (left > 0) taken.set(owner, left);
          else taken.delete(owner);
        },
      };
    },
  };
}
