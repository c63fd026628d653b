import { silence } from './loudness.ts';

/** Counts frames by level, so that percentiles cost the same however long the recording is. */
export function createLevelHistogram() {
  const counts = new Uint32Array(-silence + 1);
  let total = 0;
  return {
    add(level: number) {
      const bin = Math.min(counts.length - 1, Math.max(0, Math.round(level - silence)));
      counts[bin] = (counts[bin] ?? 0) + 1;
      total += 1;
    },
    /** The level that the given share of the frames does not exceed. */
    percentile(share: number): number {
      let seen = 0;
      for (const [bin, count] of counts.entries()) {
        seen += count;
        if (seen > 0 && seen >= total * share) return bin + silence;
      }
      return silence;
    },
    /** How many frames are louder than the level. */
    above(level: number): number {
      return counts.subarray(Math.max(0, Math.ceil(level - silence) + 1)).reduce((sum, count) => sum + count, 0);
    },
  };
}
