import { median } from '../ratio.ts';
import type { TurnPace } from './pace.ts';

/** What one contender did in one round. */
export interface Batch {
  waitsMs: number[];
  /** Of the server and the processes it started; null where it cannot be read. */
  cpuMs: number | null;
  databaseCpuMs: number | null;
  rssBytes: number | null;
  treeRssBytes: number | null;
}

export interface TurnFigures {
  contender: string;
  atOnce: number;
  turns: number;
  /** Milliseconds beyond the sentence floor, over all turns; and the medians of the single rounds. */
  overhead: { medianMs: number; p95Ms: number; leastMs: number; mostMs: number };
  /** Milliseconds of processor time a turn, with helper processes, without PostgreSQL. */
  cpuMs: number | null;
  databaseCpuMs: number | null;
  /** Of the server's own process, and with its helpers; the most of all rounds. */
  rssBytes: number | null;
  treeRssBytes: number | null;
}

export interface TurnTarget {
  name: string;
  measured: number;
  unit: 'ms' | 'MB' | 'x';
  /** `most` may be reached, `below` not. */
  bound: { kind: 'most' | 'least' | 'below'; value: number };
  holds: boolean;
}

export interface TurnReport {
  pace: TurnPace;
  floorMs: number;
  figures: TurnFigures[];
  /** What did not run, and why. */
  absent: { contender: string; reason: string }[];
  /** The product's memory with 100 open sessions, each with its subscription, above that with none, for each. */
  bytesPerSession: number | null;
  /** How late the vendor's pieces left, in milliseconds, at each number at once: the vendor shares the machine. */
  vendorLateness: { atOnce: number; medianMs: number; p95Ms: number }[];
  targets: TurnTarget[];
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function figuresOf(contender: string, atOnce: number, floorMs: number, batches: readonly Batch[]): TurnFigures {
  const waits = batches.flatMap(({ waitsMs }) => waitsMs);
  const medians = batches.map(({ waitsMs }) => median(waitsMs) - floorMs);
  const perTurn = (of: (batch: Batch) => number | null) => {
    const values = batches.map(of).filter((value) => value !== null);
    return values.length < batches.length ? null : values.reduce((sum, value) => sum + value, 0) / waits.length;
  };
  const most = (of: (batch: Batch) => number | null) => {
    const values = batches.map(of).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  return {
    contender,
    atOnce,
    turns: waits.length,
    overhead: {
      medianMs: median(waits) - floorMs,
      p95Ms: percentile(waits, 0.95) - floorMs,
      leastMs: Math.min(...medians),
      mostMs: Math.max(...medians),
    },
    cpuMs: perTurn(({ cpuMs }) => cpuMs),
    databaseCpuMs: perTurn(({ databaseCpuMs }) => databaseCpuMs),
    rssBytes: most(({ rssBytes }) => rssBytes),
    treeRssBytes: most(({ treeRssBytes }) => treeRssBytes),
  };
}
