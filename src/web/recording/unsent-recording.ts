import { z } from 'zod';

/** A recording that the server has not acknowledged: this browser is the only place where it is. */
export const unsentRecordingSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  questionId: z.string(),
  mimeType: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  durationMs: z.number(),
  /** `recording` until it is stopped, `kept` until it is sent, then `submitted` until it has arrived. */
  stage: z.enum(['recording', 'kept', 'submitted']),
  /** Where an upload of it goes on, once one has begun. */
  uploadUrl: z.string().optional(),
});

export type UnsentRecording = z.output<typeof unsentRecordingSchema>;

/** Says to other tabs that somebody is working on this recording: its page, or its upload. */
const lockOf = (recordingId: string): string => `viva.recording.${recordingId}`;

/** Whether a tab is recording this right now. One that was broken off by a reload or a crash has no holder. */
export async function isBeingRecorded(recordingId: string): Promise<boolean> {
  if (!('locks' in navigator)) return false;
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lockOf(recordingId));
}

/** Resolves when nobody records this any more: a page that is being left holds on for a moment. */
export async function whenRecorded(recordingId: string, signal: AbortSignal): Promise<void> {
  await navigator.locks.request(lockOf(recordingId), { signal }, () => undefined);
}

/** Holds the lock until the returned function is called, or the page goes. */
export function holdRecording(recordingId: string): () => void {
  if (!('locks' in navigator)) return () => undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  navigator.locks.request(lockOf(recordingId), () => promise).catch(() => undefined); // the page is going
  return resolve;
}
