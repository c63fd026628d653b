import { DomainError } from '../errors.ts';
import { inspectMp3 } from './containers/mp3.ts';
import { inspectMp4 } from './containers/mp4.ts';
import { inspectOgg } from './containers/ogg.ts';
import { cutOff, type Structure, whole } from './containers/structure.ts';
import { inspectWav } from './containers/wav.ts';
import { inspectWebm } from './containers/webm.ts';
import { DeadlineError, withDeadline } from './deadline.ts';
import { mimeTypes, type RecordingFormat } from './formats.ts';
import { audibleTrack, measureDurationMs, type OpenMedia, openMedia } from './media.ts';
import type { ByteWindow, MediaSource } from './media-bytes.ts';
import {
  damagedRecording,
  emptyRecording,
  type KnownContainer,
  refuseLong,
  requireAccepted,
  unsupportedRecording,
} from './recording-refusals.ts';
import { hearsSpeech } from './voice-activity.ts';

export interface InspectOptions {
  /** What is accepted. Sound-only MP4 counts as `m4a`, and is also accepted where only `mp4` is listed. */
  formats: readonly RecordingFormat[];
  maxDurationMs: number;
  signal?: AbortSignal;
}

export interface Recording {
  format: RecordingFormat;
  /** What it is to be served as: `audio/webm`, or `video/webm` when it has pictures. */
  mimeType: string;
  durationMs: number;
  hasVideo: boolean;
}

/** Files of 50 MB take milliseconds; what needs longer than this is hostile. */
const inspectTimeoutMs = 10_000;
const listenTimeoutMs = 10_000;

const structureOf: Record<KnownContainer, (window: ByteWindow) => Promise<Structure>> = {
  wav: inspectWav,
  mp3: inspectMp3,
  mp4: inspectMp4,
  webm: inspectWebm,
  ogg: inspectOgg,
  flac: async () => whole,
};

async function inspect(media: OpenMedia, { formats, maxDurationMs }: InspectOptions): Promise<Recording> {
  const container = requireAccepted(media.container, formats);
  const structure = await structureOf[container](media.window);
  refuseLong(structure.claimedMs ?? 0, maxDurationMs);
  if (structure.damage) throw damagedRecording(structure.damage);

  const { input } = media;
  const hasVideo = (await input.getPrimaryVideoTrack()) !== null;
  if (!(await input.getPrimaryAudioTrack())) throw unsupportedRecording('This file has no sound.', formats);
  if (!(await audibleTrack(input))) throw unsupportedRecording('The sound in this file cannot be decoded.', formats);
  const format = container !== 'mp4' ? container : hasVideo ? 'mp4' : 'm4a';
  if (format === 'mp4' && !formats.includes('mp4')) {
    throw unsupportedRecording('MP4 video is not accepted.', formats);
  }

  const claimedMs = structure.claimedMs ?? ((await input.getDurationFromMetadata()) ?? 0) * 1000;
  refuseLong(claimedMs, maxDurationMs);
  const durationMs = structure.measuredMs ?? (await measureDurationMs(input));
  refuseLong(durationMs, maxDurationMs);
  if (!(durationMs >= 1)) throw emptyRecording();
  // MP4 tracks may rightly differ in length from the movie header; elsewhere a shortfall means lost audio.
  if (container !== 'mp4' && durationMs < claimedMs * 0.98 - 1000) throw damagedRecording(cutOff);
  const mimeType = hasVideo && format === 'webm' ? 'video/webm' : mimeTypes[format];
  return { format, mimeType, durationMs: Math.round(durationMs), hasVideo };
}

/**
 * Judges a recording by its bytes, never by its name, and measures it without decoding (about 10 ms for 50 MB).
 * Throws `no_speech` (nothing in it), `unsupported_media`, `recording_damaged`, `recording_too_long` (also when the header
 * merely claims it), `unavailable` (disk), or the signal's reason. Anything a parser throws counts as damage.
 */
export async function inspectRecording(source: MediaSource, options: InspectOptions): Promise<Recording> {
  try {
    return await withDeadline(inspectTimeoutMs, options.signal, async (signal) => {
      await using media = await openMedia(source, signal);
      if (media.bytes.size === 0) throw emptyRecording();
      return await inspect(media, options);
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DomainError) throw error;
    throw damagedRecording('it cannot be read', error);
  }
}

/**
 * Whether anything is said: false for silence and for the noise of a muted microphone (the caller refuses with `no_speech`).
 * Undecided after 10 s, which takes a quarter of an hour of silence, counts as speech: the transcriber will know.
 * Throws `recording_damaged` when the audio does not decode, `unavailable` (disk), or the signal's reason.
 */
export async function hasSpeech(source: MediaSource, options: { signal?: AbortSignal } = {}): Promise<boolean> {
  try {
    return await withDeadline(listenTimeoutMs, options.signal, async (signal) => {
      await using media = await openMedia(source, signal);
      return await hearsSpeech(media, signal);
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DeadlineError) return true;
    if (error instanceof DomainError) throw error;
    throw damagedRecording('its audio cannot be decoded', error);
  }
}
