import type { InterviewDeps } from '../interview/context.ts';
import { storageKeyOf } from '../interview/stored-audio.ts';

const atOnce = 200;

/** Deletes candidates' recordings older than `AUDIO_RETENTION_DAYS`. Transcripts and evaluations stay. */
export async function sweepRecordings({ db, storage, log }: InterviewDeps, days: number): Promise<void> {
  const before = new Date(Date.now() - days * 86_400_000);
  let removed = 0;
  for (;;) {
    const files = await db.prisma.audioFile.findMany({
      where: { kind: 'answer', createdAt: { lt: before } },
      take: atOnce,
    });
    for (const file of files) {
      await db.prisma.audioFile.deleteMany({ where: { id: file.id } });
      await storage.delete(storageKeyOf(file));
    }
    removed += files.length;
    if (files.length < atOnce) break;
  }
  if (removed > 0) log.info({ removed, days }, 'deleted recordings past their retention');
}
