import { alignedTable } from '../table.ts';
import type { TurnFigures, TurnReport, TurnTarget } from './figures.ts';

const ms = (value: number) => `${value < 0 ? '-' : ''}${Math.abs(value).toFixed(1)} ms`;
const optional = (value: number | null, show: (value: number) => string) => (value === null ? 'n/a' : show(value));
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

function figuresRow({
  contender,
  atOnce,
  overhead,
  cpuMs,
  databaseCpuMs,
  rssBytes,
  treeRssBytes,
}: TurnFigures): string[] {
  const range = `${overhead.leastMs.toFixed(0)} to ${overhead.mostMs.toFixed(0)}`;
  const memory = optional(rssBytes, megabytes);
  const withHelpers = treeRssBytes === rssBytes ? memory : `${memory} (${optional(treeRssBytes, megabytes)})`;
  const database = contender.startsWith('Viva') ? optional(databaseCpuMs, ms) : '';
  return [
    `${atOnce}`,
    contender,
    ms(overhead.medianMs),
    range,
    ms(overhead.p95Ms),
    optional(cpuMs, ms),
    database,
    withHelpers,
  ];
}

function targetRow({ name, measured, unit, bound, holds }: TurnTarget): string[] {
  const sign = { most: '<=', least: '>=', below: '<' }[bound.kind];
  const value = `${measured.toFixed(unit === 'MB' ? 2 : 1)} ${unit}`;
  return [name, value, `${sign} ${bound.value} ${unit}`, holds ? 'holds' : 'MISSED'];
}

/** Plain text, aligned: the figures, what did not run, and what was promised. */
export function renderTurns({ floorMs, figures, absent, vendorLateness, targets }: TurnReport): string {
  const head = [
    'at once',
    'one live turn',
    'over the floor',
    'rounds',
    'p95',
    'CPU a turn',
    'PostgreSQL',
    'memory (with helpers)',
  ];
  const late = vendorLateness.map(
    ({ atOnce, medianMs, p95Ms }) => `${atOnce} at once: ${ms(medianMs)}, p95 ${ms(p95Ms)}`,
  );
  return [
    ...alignedTable([head, ...figures.map(figuresRow)], [0, 2, 3, 4, 5, 6, 7]),
    ...absent.map(({ contender, reason }) => `${contender}: not run: ${reason}`),
    '',
    ...alignedTable([['target', 'measured', 'promised', ''], ...targets.map(targetRow)], [1, 2]),
    '',
    `- One live turn: from the last uploaded byte to the first byte of the reply's audio, above a floor of ${floorMs} ms:`,
    '  what the vendor takes to transcribe, to write the first sentence, and to send its first sound.',
    '- Viva signs in, keeps the recording, the reply and the events in PostgreSQL and on disk; the peers do none of this.',
    '- The candidates begin spread over one turn, then talk on without a pause. Memory and CPU are those of the server.',
    `- The vendor shares the machine. Its pieces left late by (median) ${late.join('; ')}.`,
  ].join('\n');
}
