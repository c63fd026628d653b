import { useEffect, useRef, useState } from 'react';
import type { QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { clock } from '../../components/clock.ts';
import { useAnnounce } from '../../components/live-region.tsx';
import type { EndReason, Recorder } from '../../recording/recorder.ts';
import { useRecording } from '../../recording/use-recording.ts';
import { Waveform } from '../../recording/waveform.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { LiveWords } from './live-words.tsx';
import { MicrophoneHelp } from './microphone-help.tsx';
import { interviewStrings } from './strings.ts';
import { useFocusKept } from './use-focus-kept.ts';

/** Record, pause, go on, finish; with the sound as it comes in and a clock. */
export function RecorderPanel({
  question,
  deviceId,
  again,
  onEnd,
  onCheck,
}: {
  question: QuestionView;
  deviceId: string;
  /** There is an answer already. */
  again: boolean;
  /** The recording is kept. */
  onEnd: (reason: EndReason) => void;
  onCheck: () => void;
}) {
  const t = useStrings(interviewStrings);
  const { state, start, pause, resume, stop } = useRecording({
    sessionId: question.sessionId,
    questionId: question.id,
    deviceId,
    onEnd,
  });
  /** A question that is still being spoken would be recorded along. */
  const begin = () => {
    for (const audio of document.querySelectorAll('audio')) audio.pause();
    void start();
  };
  const panel = useRef<HTMLDivElement>(null);
  useFocusKept(panel, state.phase);
  useSaid(state.phase);

  if (state.phase === 'recording' || state.phase === 'paused') {
    const paused = state.phase === 'paused';
    return (
      <div ref={panel} className="recorder" data-phase={state.phase}>
        <p className="recorder-state">
          <span className="recorder-lamp" aria-hidden="true" />
          {paused ? t.paused : t.recording}
          <RunningClock recorder={state.recorder} label={t.clock} />
        </p>
        <Waveform stream={state.stream} paused={paused} />
        <LiveWords questionId={question.id} stream={state.stream} paused={paused} />
        <div className="actions">
          <Button kind="primary" onClick={stop}>
            {t.finish}
          </Button>
          <Button onClick={paused ? resume : pause}>{paused ? t.resume : t.pause}</Button>
        </div>
      </div>
    );
  }
  return (
    <div ref={panel} className="recorder">
      {state.phase === 'idle' && state.problem && <MicrophoneHelp problem={state.problem} onRetry={begin} />}
      <div className="actions">
        <Button kind={again ? 'plain' : 'primary'} busy={state.phase === 'opening'} onClick={begin}>
          {state.phase === 'opening' ? t.opening : again ? t.recordNext : t.record}
        </Button>
        <Button kind="quiet" onClick={onCheck}>
          {t.checkAgain}
        </Button>
      </div>
    </div>
  );
}

function useSaid(phase: string): void {
  const t = useStrings(interviewStrings);
  const announce = useAnnounce();
  useEffect(() => {
    if (phase === 'recording') announce(t.announceRecording);
    if (phase === 'paused') announce(t.announcePaused);
  }, [phase, announce, t]);
}

function RunningClock({ recorder, label }: { recorder: Recorder; label: string }) {
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setElapsedMs(recorder.elapsedMs()), 200);
    return () => clearInterval(timer);
  }, [recorder]);
  return (
    <span className="recorder-clock">
      <span className="visually-hidden">{label} </span>
      {clock(elapsedMs)}
    </span>
  );
}
