import { createVoiceActivity } from './voice-activity.ts';
import type { VoiceFrame } from './voice-frame.ts';
import { openVoiceInput, type Recording } from './voice-input.ts';

export type SpeakingMode = 'hands-free' | 'push-to-talk';

/** What is said, once it was said. */
export interface Utterance {
  sound: Blob;
  /** On `performance.now()`'s clock: when the speaker had finished. */
  endedAt: number;
}

export interface EarListener {
  /** It sounds as if the candidate began to speak: whatever is played should hold its breath. */
  onMaybe(): void;
  /** It was nothing: play on. */
  onNothing(): void;
  onSpeech(): void;
  onUtterance(utterance: Promise<Utterance>): void;
  /** There was nothing in it. */
  onDropped(): void;
  /** How loud it is, 0–1, fifty times a second. */
  onLevel(level: number): void;
  onLost(): void;
}

/** Hears the candidate and cuts out what is said. */
export interface Ear {
  setMode(mode: SpeakingMode): void;
  /** How long a pause ends what is said, in milliseconds. */
  setPause(ms: number): void;
  setMuted(muted: boolean): void;
  /** Whether anything is listened for. What is being said then is dropped. */
  setOpen(open: boolean): void;
  /** Push-to-talk: from here … */
  press(): void;
  /** … to here. */
  release(): void;
  close(): void;
}

/** Covers what it takes to be sure of a voice, and its soft beginning. */
const preRollMs = 600;
/** People let go of the key with their last syllable. */
const releaseMs = 200;
/** A slip of the finger: there is no word in it. */
const shortestMs = 300;
/** The server takes 15 minutes; whoever talks this long is wound down anyway. */
const longestMs = 600_000;

export interface EarOptions {
  mode: SpeakingMode;
  pauseMs: number;
  muted: boolean;
  deviceId: string;
  /** Whether the interviewer is heard from the loudspeaker. */
  guarded: () => boolean;
}

/** Throws what `getUserMedia` throws. Call it from a click. */
export async function openEar(listener: EarListener, options: EarOptions): Promise<Ear> {
  let { mode, pauseMs, muted } = options;
  const voice = createVoiceActivity({ hangoverMs: pauseMs });
  let open = true;
  let recording: Recording | null = null;
  let pressedAt = 0;
  let releasing: ReturnType<typeof setTimeout> | undefined;
  let maybe = false;
  let limit: ReturnType<typeof setTimeout> | undefined;

  function begin(rollMs: number): void {
    maybe = false;
    recording ??= input.record(rollMs);
    clearTimeout(limit);
    limit = setTimeout(() => {
      voice.reset();
      finish(performance.now());
    }, longestMs);
    listener.onSpeech();
  }

  function finish(endedAt: number): void {
    clearTimeout(limit);
    const stopped = recording?.stop();
    recording = null;
    if (stopped) listener.onUtterance(stopped.then((sound) => ({ sound, endedAt })));
  }

  function drop(): void {
    clearTimeout(limit);
    clearTimeout(releasing);
    releasing = undefined;
    recording?.discard();
    recording = null;
    voice.reset();
    nothing();
  }

  /** Whatever holds its breath may go on. */
  function nothing(): void {
    if (maybe) listener.onNothing();
    maybe = false;
  }

  const onFrame = (frame: VoiceFrame) => {
    listener.onLevel(Math.min(1, Math.max(0, (frame.levelDb + 60) / 50)));
    if (mode !== 'hands-free' || muted || !open) return;
    const change = voice.push(frame, options.guarded());
    if (change === 'onset') {
      maybe = true;
      listener.onMaybe();
    }
    if (change === 'cancelled') nothing();
    if (change === 'speech') begin(preRollMs);
    if (change === 'silence') finish(performance.now() - pauseMs);
  };
  const input = await openVoiceInput({ onFrame, onLost: listener.onLost }, options.deviceId);
  input.setMuted(muted);

  return {
    setMode(next) {
      if (mode !== next) drop();
      mode = next;
    },
    setPause(ms) {
      pauseMs = ms;
      voice.setHangover(ms);
    },
    setMuted(next) {
      if (next) drop();
      muted = next;
      input.setMuted(next);
    },
    setOpen(next) {
      if (!next) drop();
      open = next;
    },
    press() {
      if (mode !== 'push-to-talk' || muted || !open) return;
      clearTimeout(releasing);
      releasing = undefined;
      pressedAt = performance.now();
      if (!recording) begin(0);
    },
    release() {
      if (!recording || mode !== 'push-to-talk' || releasing) return;
      const endedAt = performance.now();
      if (endedAt - pressedAt < shortestMs) {
        drop();
        return listener.onDropped();
      }
      releasing = setTimeout(() => {
        releasing = undefined;
        finish(endedAt);
      }, releaseMs);
    },
    close() {
      drop();
      input.close();
    },
  };
}
