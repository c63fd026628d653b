import { deleteEndedLogins } from '../auth/logins.ts';
import { forgetAbandoned } from '../conversation/assistant.ts';
import { failLostTurns } from '../conversation/recovery.ts';
import type { Deps } from '../deps.ts';
import { sweepUploads } from '../interview/finished-uploads.ts';
import { finishAbandoned } from '../interview/live-recording/abandoned.ts';
import { sweepSound } from '../interview/retention.ts';
import { serveEvaluation } from './evaluate.ts';
import { expireIdempotencyKeys } from './expire-idempotency-keys.ts';
import { takePlace } from './presence.ts';
import { reconcileAudio } from './reconcile-audio.ts';
import { reconcileWork } from './reconcile-work.ts';
import { serveSpeech } from './speak.ts';
import { serveTranscription } from './transcribe.ts';

const hourlyMs = 3_600_000;
const dailyMs = 86_400_000;

/** Begins what is done in the background: for users, and as upkeep. Servers on one database share all of it. */
export async function startJobs(deps: Deps): Promise<{ drain(graceMs: number): Promise<void> }> {
  const { product, queue, auth, db, config } = deps;
  // Whatever dead servers held is free at once, when there is none but us.
  const place = await takePlace({ pool: db.pool, log: product.log }, async () => {
    await queue.takeUp();
    await db.prisma.turn.updateMany({ where: { state: 'running' }, data: { leaseUntil: new Date(0) } });
    // Whoever sends a request again that a dead server had begun need not wait for the end of its lease.
    await db.prisma.idempotencyKey.updateMany({ where: { status: null }, data: { leaseUntil: new Date(0) } });
  });
  await serveTranscription(queue, product);
  await serveSpeech(queue, product);
  await serveEvaluation(queue, product);
  await queue.keepUp('reconcile-work', () => reconcileWork(product, queue));
  await queue.keepUp('end-lost-turns', () => failLostTurns(product));
  await queue.keepUp('finish-abandoned-recordings', (signal) => finishAbandoned(product, signal));
  await queue.keepUp('reconcile-audio', (signal) => reconcileAudio(product, signal));
  await queue.keepUp('expire-idempotency-keys', () => expireIdempotencyKeys(db));
  await queue.keepUp('forget-conversations', () => forgetAbandoned(product));
  await queue.keepUp('delete-ended-logins', async () => {
    await deleteEndedLogins(auth);
  });
  if (config.AUDIO_RETENTION_DAYS !== undefined) {
    await queue.keepUp('sweep-recordings', async (signal) => {
      await sweepSound(product, signal);
    });
  }
  const stopOwn = startOwnUpkeep(deps);
  return {
    async drain(graceMs) {
      stopOwn();
      await queue.drain(graceMs);
      await place.leave();
    },
  };
}

/** What each server has to do for itself. */
function startOwnUpkeep({ product, catalogue, background }: Deps): () => void {
  const sweepParts = () =>
    background.run('sweep what did not arrive', async (signal) => {
      const removed = await product.storage.sweepStaged();
      if (removed > 0) product.log.info({ removed }, 'removed partial uploads that nobody works on');
      await sweepUploads(product, signal);
    });
  sweepParts();
  const hourly = setInterval(sweepParts, hourlyMs);
  const readModels = () =>
    background.run('read models', async () => {
      await catalogue.refresh();
      for (const warning of catalogue.warnings()) product.log.warn({}, warning);
    });
  readModels();
  const timer = setInterval(readModels, dailyMs);
  return () => {
    clearInterval(timer);
    clearInterval(hourly);
  };
}
