import { DomainError } from '../errors.ts';
import { createLevelHistogram } from './level-histogram.ts';
import { frameMs, type LoudnessFrame, measureLoudness } from './loudness.ts';
import { audibleTrack, type OpenMedia, openMedia } from './media.ts';
import type { MediaSource } from './media-bytes.ts';
import { damagedRecording } from './recording-refusals.ts';

/** A stretch of speech, in whole milliseconds from the start of the recording. */
export interface SpeechSegment {
  startMs: number;
  endMs: number;
}

/** Below this nobody is heard: the noise of a muted microphone. */
const inaudible = -55;
/** Above this something is said or played, even when it never pauses: better transcribed in vain than refused. */
const plain = -40;
/** Speech rises this much above the room's noise, in dB. */
const riseOverNoise = 9;
const enoughSpeechMs = 200;

const shortestSpeechMs = 60;
const longestPauseWithinSpeechMs = 250;
const paddingMs = 40;

/**
 * Whether 200 ms of something voice-like are heard. Stops decoding as soon as they were, so that an ordinary recording costs
 * milliseconds and only silent ones are heard out. Throws what the decoder throws, or the signal's reason.
 */
export async function hearsSpeech(media: OpenMedia, signal?: AbortSignal): Promise<boolean> {
  const track = await audibleTrack(media.input);
  if (!track) return false;
  const levels = createLevelHistogram();
  for await (const frames of measureLoudness(track, signal)) {
    for (const { level } of frames) levels.add(level);
    const threshold = Math.min(plain, Math.max(inaudible, levels.percentile(0.1) + riseOverNoise));
    if (levels.above(threshold) * frameMs >= enoughSpeechMs) return true;
  }
  return false;
}

/** Joins loud frames into segments: short pauses belong to them, clicks do not. */
function segment(frames: readonly LoudnessFrame[], threshold: number): SpeechSegment[] {
  const segments: SpeechSegment[] = [];
  for (const { startMs, endMs, level } of frames) {
    if (level <= threshold) continue;
    const last = segments.at(-1);
    if (last && startMs - last.endMs <= longestPauseWithinSpeechMs) last.endMs = endMs;
    else segments.push({ startMs, endMs });
  }
  const lastMs = frames.at(-1)?.endMs ?? 0;
  return segments
    .filter(({ startMs, endMs }) => endMs - startMs >= shortestSpeechMs)
    .map(({ startMs, endMs }) => ({
      startMs: Math.round(Math.max(0, startMs - paddingMs)),
      endMs: Math.round(Math.min(lastMs, endMs + paddingMs)),
    }));
}

/**
 * Where in the whole recording somebody speaks, in order and without overlap: frames clearly louder than the room's noise.
 * Decodes everything (about 10 s for half an hour of Opus). Empty for silence.
 * Throws `recording_damaged` when the audio does not decode, `unavailable` (disk), or the signal's reason.
 */
export async function findSpeech(
  source: MediaSource,
  options: { signal?: AbortSignal } = {},
): Promise<SpeechSegment[]> {
  try {
    await using media = await openMedia(source, options.signal);
    const track = await audibleTrack(media.input);
    if (!track) return [];
    const levels = createLevelHistogram();
    const all: LoudnessFrame[] = [];
    for await (const frames of measureLoudness(track, options.signal)) {
      for (const frame of frames) {
        levels.add(frame.level);
        all.push(frame);
      }
    }
    const noise = levels.percentile(0.1);
    const voice = levels.percentile(0.95);
    const threshold = Math.max(inaudible, noise + Math.max(riseOverNoise, (voice - noise) * 0.3));
    return segment(all, voice > plain ? Math.min(threshold, plain) : threshold);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DomainError) throw error;
    throw damagedRecording('its audio cannot be decoded', error);
  }
}
