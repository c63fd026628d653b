import type { InterviewDeps } from '../interview/context.ts';
import type { AudioKey } from '../storage/audio-storage.ts';

/** A younger file may belong to a row that is being written right now. */
const graceMs = 3_600_000;
const pageSize = 500;

/** Deletes files without a row, which a crash between the two leaves behind. */
export async function reconcileAudio(deps: InterviewDeps, signal: AbortSignal): Promise<void> {
  let removed = 0;
  let page: AudioKey[] = [];
  for await (const key of deps.storage.keys()) {
    signal.throwIfAborted();
    if (bornAtMs(key) < Date.now() - graceMs) page.push(key);
    if (page.length < pageSize) continue;
    removed += await removeOrphans(deps, page);
    page = [];
  }
  removed += await removeOrphans(deps, page);
  if (removed > 0) deps.log.info({ removed }, 'removed audio files that no row points to');
}

/** File names are version 7 UUIDs, whose first 48 bits are the time (RFC 9562 §5.7). */
function bornAtMs(key: AudioKey): number {
  const id = key.slice(key.indexOf('/') + 1);
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

async function removeOrphans({ db, storage }: InterviewDeps, keys: AudioKey[]): Promise<number> {
  const rows = await db.prisma.audioFile.findMany({
    where: { storageKey: { in: keys } },
    select: { storageKey: true },
  });
  const known = new Set(rows.map((row) => row.storageKey));
  const orphans = keys.filter((key) => !known.has(key));
  for (const key of orphans) await storage.delete(key);
  return orphans.length;
}
