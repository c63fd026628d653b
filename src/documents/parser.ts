/** The entry of the parser's own process: see `parser-process.ts`. */
import { Worker } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import {
  longestText,
  mostInflatedBytes,
  mostMemoryBytes,
  type Outcome,
  parseLimitMs,
  type Task,
  taskSchema,
} from './parser-limits.ts';

class Laborious extends Error {}

/** Inflates every entry once within a budget, since sizes in a ZIP's headers may lie (APPNOTE.TXT 4.3.7, 4.3.12). */
function refuseZipBomb(zip: Buffer): void {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let entry = zip.readUInt32LE(end + 16);
  let budget = mostInflatedBytes;
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const start = zip.readUInt32LE(entry + 42);
    const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const packed = zip.subarray(data, data + zip.readUInt32LE(entry + 20));
    const stored = zip.readUInt16LE(entry + 10) === 0;
    try {
      budget -= stored ? packed.length : inflateRawSync(packed, { maxOutputLength: Math.max(1, budget) }).length;
    } catch (error) {
      if (error instanceof RangeError) throw new Laborious('inflates beyond the budget', { cause: error });
      throw error;
    }
    if (budget < 0) throw new Laborious('inflates beyond the budget');
    entry += 46 + zip.readUInt16LE(entry + 28) + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
  }
}

async function parse({ kind, bytes }: Task): Promise<Outcome> {
  try {
    if (kind === 'pdf') {
      const { extractText } = await import('unpdf');
      return { text: (await extractText(new Uint8Array(bytes), { mergePages: false })).text.join('\n\n') };
    }
    const buffer = Buffer.from(bytes);
    refuseZipBomb(buffer);
    const { default: mammoth } = await import('mammoth');
    return { text: (await mammoth.extractRawText({ buffer })).value };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    const failure = error instanceof Laborious ? 'laborious' : name === 'PasswordException' ? 'locked' : 'damaged';
    return { failure, detail: String(error) };
  }
}

/** Ends this process from a second thread, since a parser that loops never returns to its own timers. */
const watchdog = `
const started = performance.now();
setInterval(() => {
  const spent = performance.now() - started > ${parseLimitMs} || process.memoryUsage.rss() > ${mostMemoryBytes};
  if (spent) process.kill(process.pid, 'SIGKILL');
}, 50);`;

if (process.send) {
  new Worker(watchdog, { eval: true, execArgv: [] }).unref();
  process.once('message', async (message) => {
    const outcome = await parse(taskSchema.parse(message));
    if ('text' in outcome) outcome.text = outcome.text.slice(0, longestText * 20);
    process.send?.(outcome, undefined, undefined, () => process.disconnect());
  });
}
