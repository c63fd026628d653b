/** The entry of the parser's own process: see `parser-process.ts`. */
import { Worker } from 'node:worker_threads';
import { longestText, mostMemoryBytes, type Outcome, parseLimitMs, type Task, taskSchema } from './parser-limits.ts';

async function parse({ kind, bytes }: Task): Promise<Outcome> {
  try {
    // Each brings its own parser, of which only one is needed.
    if (kind === 'pdf') return await (await import('./pdf-text.ts')).readPdf(bytes);
    return await (await import('./docx-text.ts')).readDocx(bytes);
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    const failure = name === 'Laborious' ? 'laborious' : name === 'PasswordException' ? 'locked' : 'damaged';
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
