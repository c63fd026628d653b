/** What was measured, one value per round. */
export type Rounds = number[];

export interface Comparison {
  name: string;
  unit: string;
  ours: number;
  peer: { name: string; value: number };
  /** Ours over the peer's, round by round: median, least and most. */
  ratio: { median: number; min: number; max: number };
  /** The ratio that is promised; null where the number is for information. */
  target: number | null;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}

/**
 * Runs every contender once a round, the order turned round each time, so that a slow moment hits them alike. A round
 * to warm up comes before and does not count.
 */
export async function interleave(rounds: number, contenders: (() => Promise<number>)[]): Promise<Rounds[]> {
  const results: Rounds[] = contenders.map(() => []);
  for (const measure of contenders) await measure();
  for (let round = 0; round < rounds; round++) {
    const turns = [...contenders.entries()];
    for (const [index, measure] of round % 2 === 0 ? turns : turns.reverse()) {
      results[index]?.push(await measure());
    }
  }
  return results;
}

export function compare(
  labels: { name: string; unit: string; peer: string; target: number | null },
  ours: Rounds = [],
  peer: Rounds = [],
): Comparison {
  const ratios = ours.map((value, round) => value / (peer[round] ?? Number.NaN));
  return {
    name: labels.name,
    unit: labels.unit,
    ours: median(ours),
    peer: { name: labels.peer, value: median(peer) },
    ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    target: labels.target,
  };
}
