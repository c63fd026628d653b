/** The product itself, as `src/server.ts` assembles it, with a gauge for its memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { z } from 'zod';
import { buildApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createDeps } from '../../../src/deps.ts';
import { startJobs } from '../../../src/jobs/start.ts';
import { endWithParent, settingsOf, tell } from './parent.ts';

const config = readConfig(settingsOf(z.record(z.string(), z.string())));
const log = pino({ level: config.LOG_LEVEL });
const deps = await createDeps(config, log);
const app = await buildApp(deps, log);
const jobs = await startJobs(deps);
const url = await app.listen({ port: 0, host: '127.0.0.1' });

let before = 0;
let peak = 0;
let sampling: NodeJS.Timeout | undefined;
const sample = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');
/** Bytes that are still held once the garbage is gone. */
function heldBytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const cutting = z.object({ firstPiece: z.enum(['clause', 'sentence']) });
process.on('message', (message) => {
  const { data } = cutting.safeParse(message);
  if (data) deps.product.firstPiece = data.firstPiece;
  if (z.object({ memory: z.literal('collect') }).safeParse(message).success) {
    tell({ heldBytes: heldBytes() });
    return;
  }
  clearInterval(sampling);
  if (z.object({ memory: z.literal('watch') }).safeParse(message).success) {
    before = process.memoryUsage.rss();
    peak = before;
    sampling = setInterval(sample, 5);
  }
  sample();
  tell({ grownBytes: peak - before });
});
endWithParent(async () => {
  await Promise.all([app.close(), jobs.drain(0)]);
  await deps.close();
});
tell({ url });
