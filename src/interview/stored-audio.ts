import { z } from 'zod';
import { selectAudio } from '../db/selects.ts';
import { DomainError } from '../errors.ts';
import type { AudioKey } from '../storage/audio-storage.ts';
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

/** One's own recordings, and the speech of one's own questions. */
export async function findAudio({ deps, userId }: Caller, id: string): Promise<PlayableAudio> {
  const [file] = await selectAudio(deps.db.pool, [id, userId]);
  if (!file) throw new DomainError('not_found', 'There is no such recording.');
  return file;
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
  const files = await db.prisma.audioFile.findMany({ where: unused });
  for (const file of files) {
    const { count } = await db.prisma.audioFile.deleteMany({ where: { ...unused, id: file.id } });
    if (count > 0) await storage.delete(storageKeyOf(file));
  }
}
