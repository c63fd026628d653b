import { styleText } from 'node:util';
import { streamWords, type WordStream } from './word-stream.ts';

type Style = Parameters<typeof styleText>[0];

/** What the newcomer reads. Colours only on a terminal, and never where NO_COLOR or NODE_DISABLE_COLORS asks for none. */
export interface Report {
  heading(text: string): void;
  /** Indented under the step above it; long text is wrapped. Dim unless another style is named. */
  detail(text: string, style?: Style | null): void;
  line(text: string, style?: Style): void;
  /** Like `detail`, for text that is still coming: nothing else is to be printed before its end. */
  words(): WordStream;
  /** Progress within a step. */
  note(text: string): void;
  /** Shows on a terminal what is being done, then one line with what was done and how long it took. Throws `StepError`. */
  step<T>(doing: string, work: () => Promise<T>, done: (result: T) => string): Promise<T>;
  /** A line with what was achieved. */
  done(text: string): void;
  failure(text: string): void;
}

/** A step went wrong; `cause` is what was thrown. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

const widest = 100;

export function createReport(out: NodeJS.WriteStream = process.stdout): Report {
  const coloured = out.isTTY && !process.env.NO_COLOR && !process.env.NODE_DISABLE_COLORS;
  const paint = (style: Style | undefined, text: string) =>
    coloured && style && text ? styleText(style, text, { validateStream: false }) : text;
  const line = (text: string, style?: Style) => out.write(`${paint(style, text)}\n`);
  // Some terminals say that they have no columns at all.
  const width = Math.min(widest, out.columns || widest);
  const clear = () => out.isTTY && out.write('\r\u001b[2K');
  return {
    line,
    heading: (text) => line(`\n${text}`, 'bold'),
    detail(text, style = 'dim') {
      for (const part of wrap(text, width - 6)) line(`      ${part}`, style ?? undefined);
    },
    words: () => streamWords((text) => out.write(text), { indent: 6, columns: width - 6 }),
    async step(doing, work, done) {
      const startedMs = performance.now();
      if (out.isTTY) out.write(paint('dim', `  … ${opening(doing, width - 8)}`));
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work();
      } catch (cause) {
        clear();
        if (cause instanceof StepError) throw cause;
        throw new StepError(doing, { cause });
      }
      clear();
      const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      const text = done(result);
      line(`  ${paint('green', '✓')} ${text.padEnd(width - 12)} ${paint('dim', took.padStart(7))}`);
      return result;
    },
    note(text) {
      clear();
      line(`  · ${text}`, 'dim');
    },
    done: (text) => line(`  ${paint('green', '✓')} ${text}`),
    failure(text) {
      clear();
      line(`  ${paint('red', '✗')} ${text}`);
    },
  };
}

/** Breaks at spaces; a longer word stands alone. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/u)) {
    const last = lines.at(-1) ?? '';
    if (last && last.length + word.length >= columns) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

/** The first words of a text, on one line. */
export function opening(text: string, length = 80): string {
  const flat = text.replace(/\s+/gu, ' ').trim();
  return flat.length <= length ? flat : `${flat.slice(0, length).replace(/\s+\S*$/u, '')} …`;
}

/** `1:05`: minutes and seconds of a place in a recording. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
export const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;
