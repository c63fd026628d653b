import { recordingType } from './microphone.ts';

/** Why a recording came to its end. `unplugged`: the microphone is gone. */
export type EndReason = 'stopped' | 'unplugged' | 'limit' | 'failed';

export interface Recorder {
  pause(): void;
  resume(): void;
  /** `onEnd` follows, after the last chunk. */
  stop(): void;
  /** Recorded so far, pauses left out. */
  elapsedMs(): number;
}

export interface RecorderOptions {
  /** Each second's sound, in order; together they are the file. */
  onChunk(chunk: Blob): void;
  onEnd(reason: EndReason): void;
}

/** The server takes 15 minutes; the last seconds are left for what the browser adds. */
export const longestMs = 890_000;
const chunkMs = 1_000;
/** Plenty for speech in Opus: RFC 7587, 3.1.1, calls 28–40 kbit/s full-band speech. */
const bitsPerSecond = 48_000;

/** Starts to record at once. The stream stays open: whoever opened it closes it. */
export function startRecorder(stream: MediaStream, { onChunk, onEnd }: RecorderOptions): Recorder {
  const recorder = new MediaRecorder(stream, {
    mimeType: recordingType() ?? '',
    audioBitsPerSecond: bitsPerSecond,
  });
  let reason: EndReason = 'stopped';
  let beforeMs = 0;
  let sinceMs = performance.now();
  let running = true;
  const elapsedMs = () => beforeMs + (running ? performance.now() - sinceMs : 0);
  const hold = () => {
    beforeMs = elapsedMs();
    running = false;
  };
  const end = (why: EndReason) => {
    if (recorder.state === 'inactive') return;
    reason = why;
    hold();
    recorder.stop();
  };
  recorder.ondataavailable = ({ data }) => {
    if (data.size > 0) onChunk(data);
    if (elapsedMs() >= longestMs) end('limit');
  };
  recorder.onerror = () => end('failed');
  recorder.onstop = () => {
    hold();
    // All tracks have ended: the browser stops by itself (MediaStream Recording, 2.3).
    const unplugged = reason === 'stopped' && stream.getAudioTracks().every(({ readyState }) => readyState === 'ended');
    onEnd(unplugged ? 'unplugged' : reason);
  };
  recorder.start(chunkMs);
  return {
    pause() {
      if (recorder.state !== 'recording') return;
      hold();
      recorder.pause();
    },
    resume() {
      if (recorder.state !== 'paused') return;
      sinceMs = performance.now();
      running = true;
      recorder.resume();
    },
    stop: () => end('stopped'),
    elapsedMs,
  };
}
