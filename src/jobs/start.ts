import { deleteEndedLogins } from '../auth/logins.ts';
import type { Deps } from '../deps.ts';
import { reconcileAudio } from './reconcile-audio.ts';
import { resumeWork } from './resume-work.ts';
import { sweepRecordings } from './sweep-recordings.ts';

const resumeEveryMs = 15_000;
const dailyMs = 86_400_000;

/** Starts the recurring work: taking up what a crash or a failing upstream left, reading the models, sweeping. */
export function startJobs({ interview, auth, catalogue, background, config }: Deps): { stop(): void } {
  const every = (ms: number, name: string, work: (signal: AbortSignal) => Promise<void>) => {
    background.run(name, work);
    return setInterval(() => background.run(name, work), ms);
  };
  background.run('sweep staged files', async () => {
    const removed = await interview.storage.sweepStaged();
    if (removed > 0) interview.log.info({ removed }, 'removed partial uploads of an earlier run');
  });
  const timers = [
    every(dailyMs, 'reconcile audio', (signal) => reconcileAudio(interview, signal)),
    every(resumeEveryMs, 'resume work', (signal) => resumeWork(interview, signal)),
    every(dailyMs, 'read models', async () => {
      await catalogue.refresh();
      for (const warning of catalogue.warnings()) interview.log.warn({}, warning);
    }),
  ];
  timers.push(
    every(dailyMs, 'delete ended logins', async () => {
      await deleteEndedLogins(auth);
    }),
  );
  const days = config.AUDIO_RETENTION_DAYS;
  if (days) timers.push(every(dailyMs, 'sweep recordings', () => sweepRecordings(interview, days)));
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
