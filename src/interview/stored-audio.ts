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

/** Deletes those files that no question, answer or message points to any more: first the row, then the bytes. */
export async function removeUnusedAudio({ db, storage }: InterviewDeps, ids: string[]): Promise<void> {
  const unused = { id: { in: ids }, questions: { none: {} }, answer: null, message: null };
  audibleOf(db).forget(ids);
  const files = await db.prisma.audioFile.findMany({ where: unused });
  for (const file of files) {
    const { count } = await db.prisma.audioFile.deleteMany({ where: { ...unused, id: file.id } });
    if (count > 0) await storage.delete(storageKeyOf(file));
  }
  // Again: somebody may have asked in between.
  audibleOf(db).forget(ids);
}
