import { useCallback, useEffect, useRef, useState } from 'react';
import {
  closeMicrophone,
  type MicrophoneProblem,
  obstacle,
  openMicrophone,
  problemOf,
  recordingType,
} from './microphone.ts';
import { type EndReason, type Recorder, startRecorder } from './recorder.ts';
import { useRecordings } from './recordings-context.ts';
import { holdRecording, type UnsentRecording } from './unsent-recording.ts';

export type RecordingState =
  | { phase: 'idle'; problem: MicrophoneProblem | null }
  | { phase: 'opening' }
  | { phase: 'recording' | 'paused'; recorder: Recorder; stream: MediaStream };

interface RecordingFor {
  sessionId: string;
  questionId: string;
  /** Empty for the browser's own choice. */
  deviceId: string;
  /** Called once the whole recording is kept, even when this page has gone on to something else. */
  onEnd(reason: EndReason): void;
}

/**
 * Records one answer. Every second of it is kept in the browser while it is being recorded; leaving the page ends it,
 * and what there is stays kept.
 */
export function useRecording(recordingFor: RecordingFor) {
  const { store } = useRecordings();
  const [state, setState] = useState<RecordingState>({ phase: 'idle', problem: null });
  const active = useRef<Recorder | null>(null);
  const gone = useRef(false);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      active.current?.stop();
    };
  }, []);

  async function start(): Promise<void> {
    const cannot = obstacle();
    if (cannot) return setState({ phase: 'idle', problem: cannot });
    setState({ phase: 'opening' });
    try {
      const stream = await openMicrophone(recordingFor.deviceId);
      if (gone.current) return closeMicrophone(stream);
      record(stream);
    } catch (error) {
      setState({ phase: 'idle', problem: await problemOf(error) });
    }
  }

  function record(stream: MediaStream): void {
    const { sessionId, questionId, onEnd } = recordingFor;
    const recording: UnsentRecording = {
      id: crypto.randomUUID(),
      sessionId,
      questionId,
      mimeType: recordingType() ?? '',
      startedAt: new Date().toISOString(),
      durationMs: 0,
      stage: 'recording',
    };
    const release = holdRecording(recording.id);
    const soFar = () => ({ ...recording, durationMs: Math.round(recorder.elapsedMs()) });
    const recorder = startRecorder(stream, {
      onChunk(chunk) {
        void store.addChunk(recording.id, chunk);
        void store.put(soFar());
      },
      onEnd(reason) {
        closeMicrophone(stream);
        active.current = null;
        setState({ phase: 'opening' });
        void store.put({ ...soFar(), stage: 'kept' }).then(() => {
          release();
          onEnd(reason);
          setState({ phase: 'idle', problem: null });
        });
      },
    });
    active.current = recorder;
    void store.put(recording);
    setState({ phase: 'recording', recorder, stream });
  }

  const pause = useCallback(() => {
    active.current?.pause();
    setState((now) => (now.phase === 'recording' ? { ...now, phase: 'paused' } : now));
  }, []);
  const resume = useCallback(() => {
    active.current?.resume();
    setState((now) => (now.phase === 'paused' ? { ...now, phase: 'recording' } : now));
  }, []);
  const stop = useCallback(() => active.current?.stop(), []);

  return { state, start, pause, resume, stop };
}
