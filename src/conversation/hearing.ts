import { createReadStream } from 'node:fs';
import { DomainError } from '../errors.ts';
import { type KeptRecording, keepRecording } from '../interview/kept-recording.ts';
import { primaryLanguage } from '../interview/language.ts';
import { mustShrink, transcribeFile } from '../interview/transcription.ts';
import type { TranscribeRequest, Transcript } from '../speech/transcriber.ts';
import type { StagedAudio } from '../storage/audio-storage.ts';
import { acknowledge } from './acknowledgement.ts';
import { inTime } from './in-time.ts';
import type { HeardWords } from './plan.ts';
import type { Relay } from './relay.ts';
import { mark, type RunningTurn } from './running-turn.ts';
import { keepSaid, keepUnheard } from './said.ts';

/** A recording that is still arriving. */
export interface IncomingRecording {
  relay: Relay;
  /** What the sender calls it: names it to the transcriber before it can be judged. */
  named: Promise<{ fileName: string; mimeType: string }>;
  /** Resolves once all of it is on disk; rejects when it was refused or broken off. */
  received: Promise<StagedAudio>;
}

type KeptFile = KeptRecording & { path: string };

/** Until the recording is measured: only scales the deadline. */
const assumedDurationMs = 60_000;

/**
 * Hears a recording while it arrives, so that with its last byte the transcriber has all of it. `onKept` is
 * called once the recording is safe. It is kept from then on, whatever becomes of its transcript.
 */
export async function hearRecording(
  turn: RunningTurn,
  incoming: IncomingRecording,
  onKept: () => void,
): Promise<HeardWords> {
  const cancel = new AbortController();
  const kept = Promise.withResolvers<KeptFile>();
  const early = transcribeEarly(turn, incoming, kept.promise, AbortSignal.any([turn.signal, cancel.signal]));
  // Both are looked at below, once it is known whether the recording counts.
  early.catch(() => {});
  kept.promise.catch(() => {});
  try {
    const recording = await keep(turn, await incoming.received);
    kept.resolve(recording);
    onKept();
    turn.stage = 'transcription';
    acknowledge(turn);
    const transcript = await inTime(
      mustShrink(recording) ? transcribeKept(turn, recording, cancel) : early,
      turn.deps.deadlines.transcriptionMs,
    );
    mark(turn, 'transcribedMs');
    const text = transcript.text.trim();
    if (!text) throw new DomainError('no_speech', 'No words were recognised. Say it again, or type it.');
    return await keepSaid(turn, {
      text,
      durationMs: recording.durationMs,
      audioId: recording.id,
      transcribedBy: transcript.model,
    });
  } catch (error) {
    kept.reject(error);
    const recording = await kept.promise.catch(() => null);
    if (recording) await keepUnheard(turn, recording.id);
    throw error;
  } finally {
    cancel.abort();
    incoming.relay.listener.destroy();
  }
}

/** The first try hears the bytes as they come; another one has to wait until they are on disk. */
async function transcribeEarly(
  turn: RunningTurn,
  { relay, named }: IncomingRecording,
  kept: Promise<KeptFile>,
  signal: AbortSignal,
): Promise<Transcript> {
  const file = await named;
  let first = true;
  return turn.deps.transcriber.transcribe({
    ...file,
    ...hints(turn, assumedDurationMs),
    // Time that the recording takes to arrive does not count against the transcriber: see `inTime`.
    deadlineMs: turn.deps.deadlines.turnMs,
    onWords: (text) => turn.publish({ type: 'transcript-delta', text }),
    signal,
    bytes: 0,
    open: async () => {
      if (!first) return createReadStream((await kept).path);
      first = false;
      return relay.listener;
    },
  });
}

function transcribeKept(turn: RunningTurn, recording: KeptFile, early: AbortController): Promise<Transcript> {
  early.abort();
  const { path, bytes, mimeType, durationMs } = recording;
  return transcribeFile(
    turn.deps,
    { path, bytes, mimeType, fileName: path },
    { ...hints(turn, durationMs), signal: turn.signal },
  );
}

function hints({ session }: RunningTurn, durationMs: number): Pick<TranscribeRequest, 'language' | 'durationMs'> {
  return { language: primaryLanguage(session.language), durationMs };
}

/** Judged by its bytes, then kept for good. A refused one leaves nothing behind. */
async function keep({ deps, userId, signal }: RunningTurn, staged: StagedAudio): Promise<KeptFile> {
  const recording = await keepRecording({ deps, userId, signal }, staged);
  await deps.db.prisma.audioFile.create({ data: recording });
  await using local = await deps.storage.local(recording.storageKey);
  return { ...recording, path: local.path };
}
