import type { InterviewDeps } from '../interview/context.ts';
import { removeStrays } from '../interview/retention.ts';
import { forgetAudio, storageKeyOf } from '../interview/stored-audio.ts';
import type { AudioKey } from '../storage/audio-storage.ts';

/** A younger file may belong to a row that is being written right now. */
const graceMs = 3_600_000;
const pageSize = 500;

/**
 * Makes files and rows agree: deletes files without a row, which a crash between the two leaves behind, and books which
 * rows have no file, or one of another size. In the background, however many there are.
 */
export async function reconcileAudio(deps: InterviewDeps, signal: AbortSignal): Promise<void> {
  await removeStrays(deps, signal);
  await removeOrphans(deps, signal);
  await bookMissing(deps, signal);
}

/** Files without a row, as pages of keys: those of `graceMs` and older. */
export async function* orphans({ db, storage }: Pick<InterviewDeps, 'db' | 'storage'>): AsyncGenerator<AudioKey[]> {
  let page: AudioKey[] = [];
  const unknown = async () => {
    const rows = await db.prisma.audioFile.findMany({
      where: { storageKey: { in: page } },
      select: { storageKey: true },
    });
    const known = new Set(rows.map((row) => row.storageKey));
    return page.filter((key) => !known.has(key));
  };
  for await (const key of storage.keys()) {
    if (bornAtMs(key) < Date.now() - graceMs) page.push(key);
    if (page.length < pageSize) continue;
    yield await unknown();
    page = [];
  }
  yield await unknown();
}

/** File names are version 7 UUIDs, whose first 48 bits are the time (RFC 9562 §5.7). */
function bornAtMs(key: AudioKey): number {
  const id = key.slice(key.indexOf('/') + 1);
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

async function removeOrphans(deps: InterviewDeps, signal: AbortSignal): Promise<void> {
  let removed = 0;
  for await (const keys of orphans(deps)) {
    signal.throwIfAborted();
    for (const key of keys) await deps.storage.delete(key);
    removed += keys.length;
  }
  if (removed > 0) deps.log.info({ removed }, 'removed audio files that no row points to');
}

/** Every row, oldest first, in pages. */
export async function* storedRows({ db }: Pick<InterviewDeps, 'db'>) {
  let after: string | undefined;
  for (;;) {
    const rows = await db.prisma.audioFile.findMany({
      where: after ? { id: { gt: after } } : {},
      orderBy: { id: 'asc' },
      take: pageSize,
      select: { id: true, kind: true, storageKey: true, bytes: true, sha256: true, goneAt: true },
    });
    yield rows;
    after = rows.at(-1)?.id;
    if (rows.length < pageSize) return;
  }
}

/** So many missing at once, and most of all: that is no damage, but another folder, or one that is not mounted. */
const suspiciouslyMany = 20;

async function bookMissing(deps: InterviewDeps, signal: AbortSignal): Promise<void> {
  const questions: string[] = [];
  const missing: string[] = [];
  const back: string[] = [];
  let looked = 0;
  for await (const rows of storedRows(deps)) {
    for (const row of rows) {
      signal.throwIfAborted();
      const bytes = await deps.storage.size(storageKeyOf(row));
      if (row.goneAt) {
        if (bytes === row.bytes) back.push(row.id);
        continue;
      }
      looked += 1;
      if (bytes === row.bytes) continue;
      if (row.kind === 'question') questions.push(row.id);
      // A filler is spoken anew by whoever needs it; of anything else that was damaged the rest is better than nothing.
      else if (bytes === null && row.kind !== 'filler') missing.push(row.id);
    }
  }
  const lost = questions.length + missing.length;
  if (lost >= suspiciouslyMany && lost > looked / 2) {
    deps.log.error({ lost, looked }, 'most stored sounds are missing: is this the right storage? Nothing was changed');
    return;
  }
  await speakAgain(deps, questions);
  await markGone(deps, missing, new Date());
  await markGone(deps, back, null);
  if (lost > 0) deps.log.warn({ questions, missing }, 'stored sounds were missing or not whole');
}

/** Their questions are pending: reconciling work has them spoken, and the file is made anew under the same row. */
async function speakAgain({ db, changes }: InterviewDeps, audioIds: string[]): Promise<void> {
  const questions = await db.prisma.question.updateManyAndReturn({
    where: { audioId: { in: audioIds }, speechState: 'ready' },
    data: { speechState: 'pending' },
    select: { sessionId: true },
  });
  for (const { sessionId } of questions) changes.touch(`questions:${sessionId}`);
}

/** Whoever asks for it is told `gone`; everything else that is known of it stays. Null: it is there again. */
async function markGone(deps: InterviewDeps, ids: string[], goneAt: Date | null): Promise<void> {
  await deps.db.prisma.audioFile.updateMany({ where: { id: { in: ids } }, data: { goneAt } });
  forgetAudio(deps, ids);
}
