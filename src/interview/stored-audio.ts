import { z } from 'zod';
import type { Database } from '../db/client.ts';
import { selectAudio } from '../db/selects.ts';
import { DomainError } from '../errors.ts';
import type { AudioKey } from '../storage/audio-storage.ts';
import { type AudibleFiles, audibleFiles } from './audible-files.ts';
import type { Caller, InterviewDeps } from './context.ts';

/** A sound file the caller may hear. */
export interface PlayableAudio {
  id: string;
  storageKey: AudioKey;
  mimeType: string;
  bytes: number;
  /** Hex SHA-256 of the bytes: the strong ETag. */
  sha256: string;
}

/** One's own recordings, and the speech of one's own questions. What is deleted elsewhere is gone within 4 s. */
export async function findAudio({ deps, userId }: Caller, id: string): Promise<PlayableAudio> {
  const audible = audibleOf(deps.db);
  const known = audible.get(userId, id);
  if (known) return known;
  const [file] = await selectAudio(deps.db.pool, [id, userId]);
  if (!file) throw new DomainError('not_found', 'There is no such recording.');
  if (file.gone) {
    throw new DomainError(
      'gone',
      'This recording was deleted, as this server keeps them for a while only. Read the words.',
    );
  }
  audible.add(userId, file);
  return file;
}

const remembered = new WeakMap<Database, AudibleFiles>();

function audibleOf(db: Database): AudibleFiles {
  const known = remembered.get(db) ?? audibleFiles();
  remembered.set(db, known);
  return known;
}

const keyPattern = /^(questions|answers|replies)\/[0-9a-f-]{36}\.[a-z0-9]{3,4}$/;
const keySchema = z.custom<AudioKey>((value) => typeof value === 'string' && keyPattern.test(value));

/** The key of a row: written by us, checked all the same. */
export function storageKeyOf(row: { storageKey: string }): AudioKey {
  return keySchema.parse(row.storageKey);
}

/** What became of files that were to be deleted: they are gone, or the storage did not let go of them. */
export interface Removal {
  removed: number;
  left: AudioKey[];
}

const removedAtOnce = 8;

/**
 * Deletes those files that no question, answer or message points to any more: first the row, then the bytes. What the
 * storage does not let go of has no row any more, so the reconciliation tries it again.
 */
export async function removeUnusedAudio(deps: StorageDeps, ids: string[]): Promise<Removal> {
  const { prisma } = deps.db;
  const keys: AudioKey[] = [];
  forgetAudio(deps, ids);
  for (let at = 0; at < ids.length; at += 500) {
    const unused = { id: { in: ids.slice(at, at + 500) }, questions: { none: {} }, answer: null, message: null };
    const files = await prisma.audioFile.findMany({ where: unused });
    for (const file of files) {
      const { count } = await prisma.audioFile.deleteMany({ where: { ...unused, id: file.id } });
      if (count > 0) keys.push(storageKeyOf(file));
    }
  }
  const removal = await removeFiles(deps, keys);
  // Again: somebody may have asked in between.
  forgetAudio(deps, ids);
  return removal;
}

/** To be called when files are deleted, or have become nobody's: who may hear them is looked up again. */
export function forgetAudio({ db }: Pick<InterviewDeps, 'db'>, ids: readonly string[]): void {
  audibleOf(db).forget(ids);
}

type StorageDeps = Pick<InterviewDeps, 'db' | 'storage' | 'log'>;

/** Deletes the bytes, and looks whether they are gone. One that stays does not keep the others. */
export async function removeFiles({ storage, log }: StorageDeps, keys: AudioKey[]): Promise<Removal> {
  const left: AudioKey[] = [];
  const next = keys.values();
  const workers = Array.from({ length: removedAtOnce }, async () => {
    for (const key of next) {
      try {
        await storage.delete(key);
        if ((await storage.size(key)) !== null) left.push(key);
      } catch (error) {
        log.error({ err: error, key }, 'a deleted recording could not be removed yet');
        left.push(key);
      }
    }
  });
  await Promise.all(workers);
  return { removed: keys.length - left.length, left };
}
