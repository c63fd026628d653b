import { createHash } from 'node:crypto';
import { DomainError } from '../errors.ts';
import type { InterviewDeps } from '../interview/context.ts';
import { storageKeyOf } from '../interview/stored-audio.ts';
import type { AudioKey, AudioStorage } from '../storage/audio-storage.ts';
import { orphans, storedRows } from './reconcile-audio.ts';

export interface AudioFinding {
  /** `missing`: a row without its file. `damaged`: other bytes than were stored. `orphaned`: a file without a row. */
  problem: 'missing' | 'damaged' | 'orphaned';
  key: AudioKey;
  /** As the row says; null without one. */
  expectedBytes: number | null;
  /** As they are in the storage; null without a file. */
  bytes: number | null;
}

/**
 * Reads every stored file and compares its SHA-256 and its size with its row. Changes nothing. Files younger than an hour
 * may still get their row, and are not told to be orphaned. Gives what is wrong, and how many files were read.
 */
export async function verifyAudio({
  db,
  storage,
}: Pick<InterviewDeps, 'db' | 'storage'>): Promise<{ read: number; findings: AudioFinding[] }> {
  const findings: AudioFinding[] = [];
  let read = 0;
  for await (const rows of storedRows({ db })) {
    for (const row of rows) {
      if (row.goneAt) continue;
      const key = storageKeyOf(row);
      const file = await checksum(storage, key);
      read += 1;
      const found = { key, expectedBytes: row.bytes, bytes: file?.bytes ?? null };
      if (!file) findings.push({ problem: 'missing', ...found });
      else if (file.bytes !== row.bytes || file.sha256 !== row.sha256) findings.push({ problem: 'damaged', ...found });
    }
  }
  for await (const keys of orphans({ db, storage })) {
    for (const key of keys) {
      findings.push({ problem: 'orphaned', key, expectedBytes: null, bytes: await storage.size(key) });
    }
  }
  return { read, findings };
}

/** Null when there is no such file. */
async function checksum(storage: AudioStorage, key: AudioKey): Promise<{ bytes: number; sha256: string } | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const body: AsyncIterable<Uint8Array> = await storage.open(key);
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
  } catch (error) {
    if (error instanceof DomainError && error.code === 'gone') return null;
    throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}
