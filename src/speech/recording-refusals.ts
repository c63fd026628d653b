import { DomainError } from '../errors.ts';
import type { Container } from './containers/signature.ts';
import type { RecordingFormat } from './formats.ts';

export type KnownContainer = Exclude<Container, 'mov' | 'mkv'>;

export function emptyRecording(): DomainError {
  return new DomainError('no_speech', 'The recording is empty. Check that the microphone is on, then record again.');
}

export function unsupportedRecording(found: string, formats: readonly RecordingFormat[]): DomainError {
  return new DomainError('unsupported_media', `${found} Send one of: ${formats.join(', ')}.`);
}

/** `what` completes "The recording is damaged: …". */
export function damagedRecording(what: string, cause?: unknown): DomainError {
  const message = `The recording is damaged: ${what}. Record it again or export it anew.`;
  return new DomainError('recording_damaged', message, { cause });
}

/** Throws `recording_too_long` when the recording lasts, or claims to last, longer than the limit. */
export function refuseLong(durationMs: number, maxDurationMs: number): void {
  if (durationMs <= maxDurationMs) return;
  const minutes = (ms: number) => (Math.round(ms / 6000) / 10).toLocaleString('en');
  throw new DomainError(
    'recording_too_long',
    `The recording is ${minutes(durationMs)} minutes long; at most ${minutes(maxDurationMs)} are accepted. Send a shorter answer.`,
  );
}

/** Throws `unsupported_media` unless the container is among the accepted formats. */
export function requireAccepted(container: Container | null, formats: readonly RecordingFormat[]): KnownContainer {
  if (!container) throw unsupportedRecording('This file is not an audio recording.', formats);
  const accepted = container === 'mp4' ? ['mp4', 'm4a'] : [container];
  if (container === 'mov' || container === 'mkv' || !formats.some((format) => accepted.includes(format))) {
    throw unsupportedRecording(`${container.toUpperCase()} recordings are not accepted.`, formats);
  }
  return container;
}
