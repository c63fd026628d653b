import { useRef, useState } from 'react';
import type { QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useChosenMicrophone } from '../../recording/chosen-microphone.ts';
import type { EndReason } from '../../recording/recorder.ts';
import type { UnsentRecording } from '../../recording/unsent-recording.ts';
import type { Upload } from '../../recording/uploads.ts';
import { useSessionState } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { Consent } from './consent.tsx';
import { EndingNotice } from './ending-notice.tsx';
import { MicrophoneCheck } from './microphone-check.tsx';
import { RecorderPanel } from './recorder-panel.tsx';
import { Review } from './review.tsx';
import { interviewStrings } from './strings.ts';
import { TypedAnswer } from './typed-answer.tsx';
import { UploadLine } from './upload-line.tsx';
import { useFocusKept } from './use-focus-kept.ts';

interface AnswerPanelProps {
  question: QuestionView;
  takes: number;
  uploads: readonly Upload[];
  unsent: readonly UnsentRecording[];
  /** A recording has been made, sent or thrown away. */
  onChange: () => Promise<void>;
}

/** Where one answers: aloud after consent and a check of the microphone, or in writing at any time. */
export function AnswerPanel({ question, takes, uploads, unsent, onChange }: AnswerPanelProps) {
  const t = useStrings(interviewStrings);
  const announce = useAnnounce();
  const { user } = useSessionState();
  const { chosen, choose } = useChosenMicrophone();
  const [typing, setTyping] = useState(false);
  const [checking, setChecking] = useState(chosen === null);
  const [ending, setEnding] = useState<EndReason | null>(null);
  const panel = useRef<HTMLElement>(null);

  const step = (() => {
    if (typing) return 'type';
    if (unsent.length > 0) return 'review';
    if (!user?.consentedAt) return 'consent';
    return checking ? 'check' : 'record';
  })();
  useFocusKept(panel, step);

  return (
    <section ref={panel} className="answer" aria-label={t.yourAnswer}>
      {uploads.map((upload) => (
        <UploadLine key={upload.recording.id} upload={upload} />
      ))}
      {step === 'type' && <TypedAnswer question={question} onDone={() => setTyping(false)} />}
      {step === 'review' && ending && <EndingNotice reason={ending} />}
      {step === 'review' &&
        unsent.map((recording) => (
          <Review key={recording.id} recording={recording} resumed={ending === null} onChange={onChange} />
        ))}
      {step === 'consent' && <Consent />}
      {step === 'check' && (
        <MicrophoneCheck
          deviceId={chosen?.deviceId ?? ''}
          onReady={(deviceId) => {
            choose(deviceId);
            setChecking(false);
          }}
        />
      )}
      {step === 'record' && (
        <RecorderPanel
          question={question}
          deviceId={chosen?.deviceId ?? ''}
          again={takes + uploads.length > 0}
          onEnd={async (reason) => {
            await onChange();
            setEnding(reason);
            announce(t.announceKept);
          }}
          onCheck={() => setChecking(true)}
        />
      )}
      <p className="instead">
        <Button kind="quiet" onClick={() => setTyping(!typing)}>
          {typing ? t.speakInstead : t.typeInstead}
        </Button>
      </p>
    </section>
  );
}
