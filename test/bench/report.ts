import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Comparison } from './ratio.ts';
import { type RealtimeReport, renderRealtime } from './realtime.ts';
import { alignedTable } from './table.ts';
import type { TurnReport } from './turn/figures.ts';
import { renderTurns } from './turn/table.ts';

export interface Machine {
  cores: number;
  cpu: string;
  node: string;
  platform: string;
}

export interface Report {
  at: string;
  quick: boolean;
  machine: Machine;
  comparisons: Comparison[];
  /** Above where the server stood before eight uploads at once, in bytes; null when not measured. */
  memory: { grownBytes: number; targetBytes: number } | null;
  /** Null when not measured. */
  turn: TurnReport | null;
  /** Null when not measured. */
  realtime: RealtimeReport | null;
  notes: string[];
}

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cores: cores.length,
    cpu: cores[0]?.model ?? 'unknown',
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

const verdict = (holds: boolean) => (holds ? 'holds' : 'MISSED');

function rowOf({ name, unit, ours, peer, ratio, target }: Comparison): string[] {
  const rate = (value: number) => `${Math.round(value).toLocaleString('en')} ${unit}`;
  const range = `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`;
  const aim = target === null ? ['', ''] : [`>= ${target.toFixed(2)}`, verdict(ratio.median >= target)];
  return [name, rate(ours), peer.name, rate(peer.value), ratio.median.toFixed(2), range, ...aim];
}

function memoryRow({ grownBytes, targetBytes }: { grownBytes: number; targetBytes: number }): string[] {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const target = `< ${megabytes(targetBytes)}`;
  return [
    'memory growth, 8 uploads at once',
    megabytes(grownBytes),
    '',
    '',
    '',
    '',
    target,
    verdict(grownBytes < targetBytes),
  ];
}

/** Plain text, aligned. */
export function renderTable({ machine, comparisons, memory, turn, realtime, notes, quick }: Report): string {
  const rows = [...comparisons.map(rowOf), ...(memory ? [memoryRow(memory)] : [])];
  const head = ['what', 'Viva', 'peer', 'its rate', 'ratio', 'min-max', 'target', ''];
  const rates =
    rows.length === 0 ? [] : ['', ...alignedTable([head, ...rows], [1, 3, 4]), '', ...notes.map((note) => `- ${note}`)];
  const where = `${machine.cores} cores (${machine.cpu}), ${machine.platform}, Node ${machine.node}`;
  const caution = quick ? ['A quick run: it shows that the bench works. Its ratios mean little.'] : [];
  return [
    where,
    ...caution,
    ...rates,
    ...(turn ? ['', renderTurns(turn)] : []),
    ...(realtime ? ['', renderRealtime(realtime)] : []),
  ].join('\n');
}

/** Returns the path of the new file. */
export async function writeReport(folder: string, report: Report): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${report.at.replaceAll(':', '-')}.json`);
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}
