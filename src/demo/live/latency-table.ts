import type { Latency } from '../../conversation/events.ts';
import type { Report } from '../report.ts';

/** Where the time of a turn went, in milliseconds. */
export interface TurnTimes {
  name: string;
  /** By this program's clock, from sending the recording until the server had it safe; null when nothing was sent. */
  uploadMs: number | null;
  /** By the server's clock, from the recording's last byte; null for a turn that was interrupted before its end. */
  latency: Latency | null;
  /** By this program's clock, from sending the recording until the first byte of the reply was here. */
  firstByteMs: number;
}

const columns = ['Turn', 'Upload', 'Transcribed', 'First token', 'First clause', 'First audio', 'Heard here'];
const widths = columns.map((title) => title.length + 2);

export function printLatencies(turns: TurnTimes[], report: Report): void {
  report.line(row(columns), 'dim');
  for (const { name, uploadMs, latency, firstByteMs } of turns) {
    const server = [latency?.transcribedMs, latency?.firstTokenMs, latency?.firstPieceMs, latency?.firstAudioMs];
    report.line(row([name, ...[uploadMs, ...server, firstByteMs].map(milliseconds)]));
  }
  report.detail(
    'Upload and Heard here: by this program’s clock, from sending the recording until the server had it safe, and until ' +
      'the first byte of the reply was here. The others: by the server’s clock, from the last byte of the recording on.',
  );
}

/** The name to the left, figures to the right. */
function row([name = '', ...figures]: string[]): string {
  return `      ${name.padEnd(8)}${figures.map((figure, at) => figure.padStart(widths[at + 1] ?? 0)).join('')}`;
}

const milliseconds = (ms: number | null | undefined) => (typeof ms === 'number' ? `${Math.round(ms)} ms` : '-');
