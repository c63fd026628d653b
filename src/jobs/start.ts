import { deleteEndedLogins } from '../auth/logins.ts';
import { forgetAbandoned } from '../conversation/assistant.ts';
import { failLostTurns } from '../conversation/recovery.ts';
import type { Deps } from '../deps.ts';
import { finishAbandoned } from '../interview/live-recording/abandoned.ts';
import { reconcileAudio } from './reconcile-audio.ts';
import { resumeWork } from './resume-work.ts';
import { sweepRecordings } from './sweep-recordings.ts';

const resumeEveryMs = 15_000;
const abandonedEveryMs = 600_000;
const dailyMs = 86_400_000;

/** Starts the recurring work: taking up what a crash or a failing upstream left, reading the models, sweeping. */
export function startJobs({ product, auth, catalogue, background, config }: Deps): { stop(): void } {
  const every = (ms: number, name: string, work: (signal: AbortSignal) => Promise<void>) => {
    background.run(name, work);
    return setInterval(() => background.run(name, work), ms);
  };
  background.run('sweep staged files', async () => {
    const removed = await product.storage.sweepStaged();
    if (removed > 0) product.log.info({ removed }, 'removed partial uploads of an earlier run');
  });
  const timers = [
    every(resumeEveryMs, 'resume work', (signal) => resumeWork(product, signal)),
    every(resumeEveryMs, 'end lost turns', () => failLostTurns(product)),
    every(dailyMs, 'reconcile audio', (signal) => reconcileAudio(product, signal)),
    every(dailyMs, 'read models', async () => {
      await catalogue.refresh();
      for (const warning of catalogue.warnings()) product.log.warn({}, warning);
    }),
  ];
  timers.push(
    every(abandonedEveryMs, 'finish abandoned recordings', (signal) => finishAbandoned(product, signal)),
    every(dailyMs, 'forget abandoned conversations', () => forgetAbandoned(product)),
    every(dailyMs, 'delete ended logins', async () => {
      await deleteEndedLogins(auth);
    }),
  );
  const days = config.AUDIO_RETENTION_DAYS;
  if (days) timers.push(every(dailyMs, 'sweep recordings', () => sweepRecordings(product, days)));
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
