import { describe, expect, it } from 'vitest';
import { spreadWords } from '../../src/speech/word-timing.ts';

const segments = [
  { startMs: 1000, endMs: 3000 },
  { startMs: 5000, endMs: 6000 },
];

describe('spreading words over speech', () => {
  it('gives longer words more time', () => {
    expect(spreadWords('aa bbbbbb', [{ startMs: 0, endMs: 800 }], 800)).toEqual([
      { word: 'aa', startMs: 0, endMs: 200 },
      { word: 'bbbbbb', startMs: 200, endMs: 800 },
    ]);
  });

  it('keeps every word within speech, in order', () => {
    const text = 'I led the migration of our billing system, and nobody noticed it.';
    const words = spreadWords(text, segments, 8000);
    expect(words.map(({ word }) => word).join(' ')).toBe(text);
    let previous = 0;
    for (const { startMs, endMs } of words) {
      expect(startMs).toBeGreaterThanOrEqual(previous);
      expect(endMs).toBeGreaterThanOrEqual(startMs);
      expect(segments.some((segment) => startMs >= segment.startMs && endMs <= segment.endMs)).toBe(true);
      previous = endMs;
    }
    expect(words[0]?.startMs).toBe(1000);
    expect(words.at(-1)?.endMs).toBe(6000);
  });

  it('spreads over the whole recording where no speech was found', () => {
    expect(spreadWords('one two', [], 1000)).toEqual([
      { word: 'one', startMs: 0, endMs: 500 },
      { word: 'two', startMs: 500, endMs: 1000 },
    ]);
  });

  it.each([['我负责了支付系统的迁移。'], ['私は大学で物理を勉強しました。'], ['ผมเคยทำงานเป็นวิศวกร']])(
    'splits unspaced %s into words',
    (text) => {
      const words = spreadWords(text, segments, 8000);
      expect(words.length).toBeGreaterThan(3);
      expect(words.map(({ word }) => word).join('')).toBe(text);
    },
  );

  it('has nothing to spread in an empty text', () => {
    expect(spreadWords('  ', segments, 8000)).toEqual([]);
  });

  it('survives a recording without length', () => {
    expect(spreadWords('one', [], 0)).toEqual([{ word: 'one', startMs: 0, endMs: 0 }]);
  });
});
