import type { DomainError } from '../../errors.ts';
import { voicePcm } from '../../speech/voice-model.ts';
import type { PcmFile } from '../../storage/pcm-spool.ts';
import type { Emit, LiveRecording } from './connection.ts';
import type { LiveRecordingDeps } from './context.ts';
import { createFinishing } from './finishing.ts';
import { hearRecordingLive } from './live-words.ts';
import { startPcmWriting } from './pcm-writing.ts';
import { recordingLimit } from './recording-limit.ts';
import { type RecordingRow, updateRow } from './recording-row.ts';
import { alreadyFinished, cannotWrite, takenOver, tooFast, wordsStopped } from './refusals.ts';

/** A recording while this process makes it: through connections that come and go, one at a time. */
export interface Recorder {
  /** The connection that comes later takes over. Throws `conflict`, `storage_full` or `unavailable`. */
  attach(emit: Emit): Promise<LiveRecording>;
  /** Puts it away. It can be resumed. */
  close(): Promise<void>;
  /** Puts it away because it is deleted. */
  end(why: DomainError): Promise<void>;
}

/** A minute of sound that a disk does not take. */
const mostUnwritten = 60_000 * voicePcm.bytesPerMs;

export function startRecorder(
  deps: LiveRecordingDeps,
  { row, file, forget }: { row: RecordingRow; file: PcmFile; forget(): void },
): Recorder {
  const { log, liveRecording: settings } = deps;
  const { id } = row;
  const limit = recordingLimit(deps.limits);
  let attached: Emit | null = null;
  let emit: Emit | null = null;
  let full = false;
  let closing: Promise<void> | null = null;
  let grace: NodeJS.Timeout | undefined;
  const tell: Emit = (event) => emit?.(event);

  const writing = startPcmWriting({
    file,
    acknowledgeEveryMs: settings.acknowledgeEveryMs,
    onWritten: () => words.catchUp(),
    onDurable(bytes) {
      tell({ type: 'acknowledged', bytes });
      void save();
    },
    onFailed(error) {
      log.error({ err: error, recordingId: id }, 'a live recording could not be written');
      abandon(cannotWrite(error), 'failed');
    },
  });
  const words = hearRecordingLive(deps, {
    row,
    read: (offset, bytes) => file.read(offset, bytes),
    written: () => writing.written,
    onDelta: (text) => tell({ type: 'transcript-delta', text }),
    onSettled: () => void save(),
    onLost: (error) => tell({ type: 'error', error: wordsStopped(error) }),
  });

  let unsaved = false;
  let saving: Promise<void> | null = null;
  /** What the row knows lags at most one update behind. What it misses is on disk, or heard again. */
  const save = () => {
    unsaved = true;
    saving ??= saveAll().finally(() => {
      saving = null;
    });
    return saving;
  };
  const saveAll = async () => {
    try {
      while (unsaved) {
        unsaved = false;
        const ours = await updateRow(deps, row, { acknowledgedBytes: writing.durable, ...words.settled });
        if (!ours && !closing) abandon(takenOver(), 'taken-over');
      }
    } catch (error) {
      log.warn({ err: error, recordingId: id }, 'how far a live recording is was not noted');
    }
  };

  const detach = (error: DomainError | null, why: 'finished' | 'taken-over' | 'failed') => {
    if (error) tell({ type: 'error', error });
    tell({ type: 'ended', why });
    emit = null;
    attached = null;
  };
  const abandon = (error: DomainError, why: 'taken-over' | 'failed') => {
    detach(error, why);
    void close();
  };
  const close = () => {
    clearTimeout(grace);
    closing ??= (async () => {
      forget();
      words.close();
      await writing.close();
      await save();
    })();
    return closing;
  };

  const hear = (pcm: Uint8Array) => {
    if (finishing.underWay) return tell({ type: 'error', error: alreadyFinished() });
    const offset = writing.received;
    if (offset - writing.written > mostUnwritten) return abandon(tooFast(), 'failed');
    const taken = pcm.subarray(0, Math.max(0, limit.bytes - offset));
    writing.append(taken);
    words.offer(taken, offset);
    if (taken.length === pcm.length || full) return;
    full = true;
    tell({ type: 'error', error: limit.error });
  };

  const finishing = createFinishing(deps, row, {
    tell,
    async complete() {
      await writing.flush();
      await save();
      if (closing) throw takenOver();
      return { path: file.path, pcmBytes: writing.durable & ~1 };
    },
    heard: (pcmBytes) => words.finish(pcmBytes),
    putAway: () => close(),
    ended: (why) => detach(null, why),
    unfinished() {
      if (!attached) startGrace();
    },
  });
  const startGrace = () => {
    clearTimeout(grace);
    grace = setTimeout(() => void close(), settings.graceMs).unref();
  };

  return {
    async attach(next) {
      clearTimeout(grace);
      if (attached) detach(takenOver(), 'taken-over');
      attached = next;
      if (!finishing.underWay) await writing.flush();
      if (attached !== next || closing) throw takenOver();
      emit = next;
      if (!finishing.underWay) words.listen();
      const acknowledgedBytes = finishing.underWay ? writing.durable : writing.received;
      return {
        recordingId: id,
        acknowledgedBytes,
        transcript: words.text,
        hear: (pcm) => (attached === next ? hear(pcm) : undefined),
        finish: async () => (attached === next ? finishing.start() : Promise.reject(takenOver())),
        async leave() {
          if (attached !== next) return;
          emit = null;
          attached = null;
          if (finishing.underWay) return;
          startGrace();
          // A disk that fails was told of already.
          await writing.flush().catch(() => {});
          await save();
        },
        get bufferedBytes() {
          return writing.received - writing.written;
        },
      };
    },
    close,
    end(why) {
      detach(why, 'failed');
      return close();
    },
  };
}
