import { createLevelHistogram } from './level-histogram.ts';
import { frameMs, type LoudnessFrame, measureLoudness } from './loudness.ts';
import { audibleTrack, type OpenMedia } from './media.ts';

import type { SpeechSegment } from './voice-activity.ts';

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
 * milliseconds and only silent ones are heard out. Throws what the decoder throws.
 */
export async function hearsSpeech(media: OpenMedia): Promise<boolean> {
  const track = await audibleTrack(media.input);
  if (!track) return false;
  const levels = createLevelHistogram();
  for await (const frames of measureLoudness(track)) {
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

/** Where in the whole recording somebody speaks: frames clearly louder than the room's noise. Throws what the decoder throws. */
export async function locateSpeech(media: OpenMedia): Promise<SpeechSegment[]> {
  const track = await audibleTrack(media.input);
  if (!track) return [];
  const levels = createLevelHistogram();
  const all: LoudnessFrame[] = [];
  for await (const frames of measureLoudness(track)) {
    for (const frame of frames) {
      levels.add(frame.level);
      all.push(frame);
    }
  }
  const noise = levels.percentile(0.1);
  const voice = levels.percentile(0.95);
  const threshold = Math.max(inaudible, noise + Math.max(riseOverNoise, (voice - noise) * 0.3));
  return segment(all, voice > plain ? Math.min(threshold, plain) : threshold);
}
