import { DomainError } from '../../errors.ts';
import { voicePcm } from '../../speech/voice-model.ts';
import type { InterviewDeps } from '../context.ts';
import { wavHeaderBytes } from './wav.ts';

/** How much sound a recording may have, in bytes, and what is said when it has. */
export function recordingLimit({ maxAudioBytes, maxRecordingMs }: InterviewDeps['limits']): {
  bytes: number;
  error: DomainError;
} {
  const bySize = (maxAudioBytes - wavHeaderBytes) & ~1;
  const byLength = maxRecordingMs * voicePcm.bytesPerMs;
  const advice = 'What was recorded until now is kept: finish it.';
  if (bySize < byLength) {
    const size = (maxAudioBytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
    return { bytes: bySize, error: new DomainError('too_large', `A recording has at most ${size} MB. ${advice}`) };
  }
  const minutes = (maxRecordingMs / 60_000).toLocaleString('en', { maximumFractionDigits: 1 });
  const message = `A recording has at most ${minutes} minutes. ${advice}`;
  return { bytes: byLength, error: new DomainError('recording_too_long', message) };
}
