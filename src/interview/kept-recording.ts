import { randomUUIDv7 } from 'node:crypto';
import { DomainError } from '../errors.ts';
import type { RecordingFormat } from '../speech/formats.ts';
import { hasSpeech, inspectRecording } from '../speech/recording.ts';
import type { AudioKey, StagedAudio } from '../storage/audio-storage.ts';
import type { Caller } from './context.ts';

/** The row of a recording whose file is safe. */
export interface KeptRecording {
  id: string;
  kind: 'answer';
  userId: string;
  storageKey: AudioKey;
  mimeType: string;
  bytes: number;
  sha256: string;
  durationMs: number;
}

/** Judges a recording by its bytes and moves it to where it stays. A refused one leaves nothing behind. */
export async function keepRecording(
  { deps, userId, signal }: Caller,
  staged: StagedAudio,
  formats: RecordingFormat[] = deps.limits.formats,
): Promise<KeptRecording> {
  try {
    const { maxRecordingMs } = deps.limits;
    const heard = { ...(signal && { signal }) };
    const facts = await inspectRecording(staged.path, { formats, maxDurationMs: maxRecordingMs, ...heard });
    if (!(await hasSpeech(staged.path, heard))) {
      throw new DomainError(
        'no_speech',
        'No speech was found in this recording. Check the microphone and record it again.',
      );
    }
    const id = randomUUIDv7();
    const storageKey: AudioKey = `answers/${id}.${facts.format}`;
    await staged.commit(storageKey);
    const { bytes, sha256 } = staged;
    const { mimeType, durationMs } = facts;
    return { id, kind: 'answer', userId, storageKey, mimeType, bytes, sha256, durationMs };
  } finally {
    await staged.discard();
  }
}
