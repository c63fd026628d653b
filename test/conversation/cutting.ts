import { expect } from 'vitest';
import { type ClauseOptions, createClauseCutter } from '../../src/conversation/clauses.ts';

/** A small seeded generator (mulberry32): the same numbers on every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function cut(deltas: Iterable<string>, options: ClauseOptions): string[] {
  const cutter = createClauseCutter(options);
  const pieces: string[] = [];
  for (const delta of deltas) pieces.push(...cutter.push(delta));
  return [...pieces, ...cutter.end()];
}

/** Cut anywhere, also inside a surrogate pair, with empty deltas among them. */
export function* deltasOf(text: string, random: (below: number) => number, longest: number): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const length = random(longest + 1);
    yield text.slice(at, at + length);
    at += length;
  }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function expectSound(text: string, pieces: string[]): void {
  expect(pieces.join('')).toBe(text.trim() === '' ? '' : text);
  const starts = new Set(Array.from(graphemes.segment(text), ({ index }) => index));
  let at = 0;
  for (const piece of pieces) {
    expect(piece.trim()).not.toBe('');
    expect(starts, `inside a grapheme before ${JSON.stringify(piece)}`).toContain(at);
    at += piece.length;
  }
}
