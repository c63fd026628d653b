import { encodeMp3 } from '../../speech/mp3-encoder.ts';
import { voicePcm } from '../../speech/voice-model.ts';
import type { AudioStorage, StagedAudio } from '../../storage/audio-storage.ts';

/** One thing that somebody said, as it is kept. */
export interface Utterance {
  durationMs: number;
  /** The session was replaced meanwhile: no single one has heard all of it. */
  broken: boolean;
  /** As MP3, once all of it is on disk. Rejects when it could not be kept. */
  staged: Promise<StagedAudio>;
}

/** Keeps what is heard: from a little before somebody began to speak until the input is complete. */
export interface Utterances {
  hear(pcm: Uint8Array): void;
  speechStarted(): void;
  /** The session that heard it was lost. */
  lost(): void;
  /** What was said; null when nothing was heard since the last time. */
  complete(): Utterance | null;
  /** Drops what is incomplete. */
  discard(): void;
}

/** A pause is found late, and the upstream tells of speech later than it began. */
const before = 3_000 * voicePcm.bytesPerMs;

interface Recording {
  bytes: number;
  broken: boolean;
  writer: WritableStreamDefaultWriter<Uint8Array>;
  staged: Promise<StagedAudio>;
}

/** With `detected` turns the sound before `speechStarted` is dropped, else everything is kept. */
export function createUtterances(
  storage: AudioStorage,
  { maxBytes, turns }: { maxBytes: number; turns: () => 'detected' | 'committed' },
): Utterances {
  let lately: Uint8Array[] = [];
  let latelyBytes = 0;
  let recording: Recording | null = null;

  const begin = (): Recording => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: Infinity });
    const staged = storage.stage(encodeMp3(readable), { maxBytes });
    // Looked at once the utterance is complete.
    staged.catch(() => undefined);
    return { bytes: 0, broken: false, writer: writable.getWriter(), staged };
  };
  const keep = (to: Recording, pcm: Uint8Array) => {
    to.bytes += pcm.length;
    // What goes wrong shows in `staged`.
    to.writer.write(pcm).catch(() => undefined);
  };
  const forget = () => {
    lately = [];
    latelyBytes = 0;
  };
  const finish = (): Recording | null => {
    const done = recording;
    recording = null;
    done?.writer.close().catch(() => undefined);
    return done;
  };

  return {
    hear(pcm) {
      if (!recording && turns() === 'committed') recording = begin();
      if (recording) return keep(recording, pcm);
      lately.push(pcm);
      latelyBytes += pcm.length;
      while (latelyBytes > before) latelyBytes -= lately.shift()?.length ?? latelyBytes;
    },
    speechStarted() {
      if (recording) return;
      recording = begin();
      for (const pcm of lately) keep(recording, pcm);
      forget();
    },
    lost() {
      if (recording) recording.broken = true;
    },
    complete() {
      const done = finish();
      if (!done) return null;
      const { bytes, broken, staged } = done;
      return { durationMs: Math.round(bytes / voicePcm.bytesPerMs), broken, staged };
    },
    discard() {
      forget();
      // Nobody wants it any more, whether it could be kept or not.
      void finish()?.staged.then(
        (staged) => staged.discard(),
        () => undefined,
      );
    },
  };
}
