import type { Input } from 'mediabunny';
import { isWholeFlacFrame } from './containers/flac.ts';
import { inspectMp3 } from './containers/mp3.ts';
import { inspectMp4 } from './containers/mp4.ts';
import { inspectOgg } from './containers/ogg.ts';
import { cutOff, type Structure, whole } from './containers/structure.ts';
import { inspectWav } from './containers/wav.ts';
import { inspectWebm } from './containers/webm.ts';
import { mimeTypes, type RecordingFormat } from './formats.ts';
import { audibleTrack, measurePackets, type OpenMedia } from './media.ts';
import type { ByteWindow } from './media-bytes.ts';
import {
  damagedRecording,
  emptyRecording,
  type KnownContainer,
  refuseLong,
  requireAccepted,
  unsupportedRecording,
} from './recording-refusals.ts';

export interface Limits {
  /** What is accepted. Sound-only MP4 counts as `m4a`, and is also accepted where only `mp4` is listed. */
  formats: RecordingFormat[];
  maxDurationMs: number;
}

export interface Recording {
  format: RecordingFormat;
  /** What it is to be served as: `audio/webm`, or `video/webm` when it has pictures. */
  mimeType: string;
  durationMs: number;
  hasVideo: boolean;
}

const structureOf: Record<KnownContainer, (window: ByteWindow) => Promise<Structure>> = {
  wav: inspectWav,
  mp3: inspectMp3,
  mp4: inspectMp4,
  webm: inspectWebm,
  ogg: inspectOgg,
  flac: async () => whole,
};

/**
 * Throws `recording_damaged` when there is clearly less than the header claims: a FLAC header counts samples, a WebM header may
 * be off by a little; tracks of an MP4 may rightly differ, and an Ogg cut out of a stream does not start at zero.
 */
async function measureMs(input: Input, container: KnownContainer, claimedMs: number): Promise<number> {
  const { durationMs, lastPackets } = await measurePackets(input);
  const toleranceMs =
    container === 'flac' ? 1 : container === 'webm' ? claimedMs * 0.02 + 1000 : Number.POSITIVE_INFINITY;
  const isCut = container === 'flac' && lastPackets.some(({ data }) => !isWholeFlacFrame(data));
  if (isCut || durationMs < claimedMs - toleranceMs) throw damagedRecording(cutOff);
  return durationMs;
}

/** Judges and measures an open recording without decoding it. Throws refusals, or whatever the demuxer throws on hostile bytes. */
export async function inspectMedia(media: OpenMedia, { formats, maxDurationMs }: Limits): Promise<Recording> {
  if (media.bytes.size === 0) throw emptyRecording();
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
  const durationMs = structure.measuredMs ?? (await measureMs(input, container, claimedMs));
  refuseLong(durationMs, maxDurationMs);
  if (!(durationMs >= 1)) throw emptyRecording();
  const mimeType = hasVideo && format === 'webm' ? 'video/webm' : mimeTypes[format];
  return { format, mimeType, durationMs: Math.round(durationMs), hasVideo };
}
