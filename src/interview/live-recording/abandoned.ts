import { asDomainError } from '../../errors.ts';
import type { LiveRecordingDeps } from './context.ts';
import { claimRow, deleteRecording, updateRow } from './recording-row.ts';
import { submitLiveRecording } from './submission.ts';

const atOnce = 50;
/** Whoever did not hear that a recording became an answer can ask so long. */
const rememberedMs = 86_400_000;
/** What could not be submitted for so long never will be. */
const hopelessMs = 7 * 86_400_000;
/** A younger file may belong to a row that is being written right now. */
const orphanMs = 3_600_000;

/** Submits recordings that nobody went on with, so that nothing said is lost, and removes what is left of others. */
export async function finishAbandoned(deps: LiveRecordingDeps, signal: AbortSignal): Promise<void> {
  const { prisma } = deps.db;
  const before = new Date(Date.now() - deps.liveRecording.abandonedMs);
  const abandoned = await prisma.liveRecording.findMany({
    where: { answerId: null, updatedAt: { lt: before } },
    take: atOnce,
    select: { id: true },
  });
  for (const { id } of abandoned) {
    signal.throwIfAborted();
    await submitAbandoned(deps, id, before);
  }
  const forgotten = new Date(Date.now() - rememberedMs);
  await prisma.liveRecording.deleteMany({ where: { answerId: { not: null }, updatedAt: { lt: forgotten } } });
  await removeOrphans(deps);
}

/** One that fails for a passing reason is tried again when it has been abandoned for as long again. */
async function submitAbandoned(deps: LiveRecordingDeps, id: string, before: Date): Promise<void> {
  const row = await claimRow(deps, id, before);
  if (!row) return;
  const { questionId, userId } = row;
  try {
    const { path, bytes } = await withClosed(deps, id);
    const heard = Promise.resolve(null);
    const answer = await submitLiveRecording({ deps, userId }, { questionId, path, pcmBytes: bytes, heard });
    await updateRow(deps, row, { answerId: answer.id });
    await deps.spool.remove(id);
    deps.log.info({ recordingId: id, answerId: answer.id }, 'submitted a recording that nobody went on with');
  } catch (error) {
    const { code } = asDomainError(error);
    deps.log.warn({ err: error, recordingId: id }, 'a recording that nobody went on with is no answer');
    const hopeless = bornAtMs(id) < Date.now() - hopelessMs;
    if (hopeless || ['no_speech', 'session_ended', 'not_found', 'gone'].includes(code)) await deleteRecording(deps, id);
  }
}

/** Opened to be made durable and cut to whole samples, then read by its path. */
async function withClosed({ spool }: LiveRecordingDeps, id: string): Promise<{ path: string; bytes: number }> {
  const file = await spool.open(id);
  await file.close();
  return file;
}

/** Of users, sessions and questions that were deleted. */
async function removeOrphans({ db, spool }: LiveRecordingDeps): Promise<void> {
  const old = (await spool.ids()).filter((id) => bornAtMs(id) < Date.now() - orphanMs);
  const rows = await db.prisma.liveRecording.findMany({
    where: { id: { in: old }, answerId: null },
    select: { id: true },
  });
  const known = new Set(rows.map(({ id }) => id));
  for (const id of old) if (!known.has(id)) await spool.remove(id);
}

/** Version 7 UUIDs begin with the time (RFC 9562 §5.7). */
const bornAtMs = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
