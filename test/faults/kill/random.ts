/** Numbers that only look random: the same seed gives the same ones. */
export interface Random {
  /** From 0 up to, and without, 1. */
  next(): number;
  /** A whole number below this one. */
  below(limit: number): number;
  of<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
}

/** Mulberry32: 32 bits of state are enough to choose moments with. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    of(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('there is nothing to choose from');
      return item;
    },
    shuffled(items) {
      const rest = [...items];
      return Array.from({ length: rest.length }, () => rest.splice(below(rest.length), 1)).flat();
    },
  };
}
