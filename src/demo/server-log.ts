import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** pino's: 40 is a warning, 50 an error. */
const entrySchema = z.object({ level: z.number(), msg: z.string(), err: z.object({ message: z.string() }).optional() });
const warningLevel = 40;

/** The last warnings and errors of a server's log, and what it wrote outside of entries, a line each. */
export async function lastTroubles(path: string, count = 6): Promise<string[]> {
  const log = await readFile(path, 'utf8').catch(() => '');
  return log
    .split('\n')
    .filter((line) => line.trim())
    .flatMap(troubleIn)
    .slice(-count);
}

const takeoverSchema = z.object({ capability: z.string(), model: z.string(), msg: z.string().regex(/takes over/) });

/** The models that the log says took over, by capability. */
export async function takeovers(path: string): Promise<Map<string, string>> {
  const log = await readFile(path, 'utf8').catch(() => '');
  const entries = log.split('\n').map((line) => takeoverSchema.safeParse(parsed(line)));
  return new Map(entries.flatMap(({ data }) => (data ? [[data.capability, data.model]] : [])));
}

function troubleIn(line: string): string[] {
  const entry = entrySchema.safeParse(parsed(line));
  if (!entry.success) return [line];
  const { level, msg, err } = entry.data;
  if (level < warningLevel) return [];
  return [err && err.message !== msg ? `${msg}: ${err.message}` : msg];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // No entry, or one that was cut off: it is shown as it is.
    return null;
  }
}
