import { useState } from 'react';
import type { QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import type { UnsentRecording } from '../../recording/unsent-recording.ts';
import { navigate } from '../../router/location.ts';
import { useCommonStrings, useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';

interface WayOnProps {
  sessionId: string;
  questions: readonly QuestionView[];
  /** Index of the question that is shown. */
  current: number;
  isAnswered: (questionId: string) => boolean;
  /** An answer is on its way. */
  sending: boolean;
  unsent: readonly UnsentRecording[];
  onGo: (questionId: string) => void;
}

/** Back, on, and to the results once everything has arrived. */
export function WayOn({ sessionId, questions, current, isAnswered, sending, unsent, onGo }: WayOnProps) {
  const t = useStrings(interviewStrings);
  const common = useCommonStrings();
  const [asking, setAsking] = useState(false);
  const [previous, here, next] = [questions[current - 1], questions[current], questions[current + 1]];
  const open = questions.filter(({ id }) => !isAnswered(id)).length;
  const done = here !== undefined && isAnswered(here.id);
  const finish = () => navigate(`/results/${sessionId}?evaluate`);
  const elsewhere = questions
    .map(({ id }, index) => ({ id, number: index + 1 }))
    .filter(({ id }) => id !== here?.id && unsent.some(({ questionId }) => questionId === id));
  const [first] = elsewhere;
  return (
    <footer className="way-on">
      {first && (
        <Notice
          kind="warn"
          title={t.unsentElsewhere(elsewhere.map(({ number }) => number).join(', '))}
          actions={<Button onClick={() => onGo(first.id)}>{t.goThere(first.number)}</Button>}
        />
      )}
      <div className="actions">
        {next && (
          <Button kind={done ? 'primary' : 'plain'} onClick={() => onGo(next.id)}>
            {t.next}
          </Button>
        )}
        {previous && <Button onClick={() => onGo(previous.id)}>{t.previous}</Button>}
        {open < questions.length && (
          <Button
            kind={next ? 'quiet' : done ? 'primary' : 'plain'}
            busy={sending}
            onClick={() => (open > 0 ? setAsking(true) : finish())}
          >
            {t.toEnd}
          </Button>
        )}
      </div>
      {sending && <p className="quiet">{t.stillSending}</p>}
      <Dialog open={asking} onClose={() => setAsking(false)} title={t.openTitle}>
        <p>{t.openText(open)}</p>
        <div className="actions">
          <Button kind="primary" onClick={finish}>
            {t.finishNow}
          </Button>
          <Button onClick={() => setAsking(false)}>{common.cancel}</Button>
        </div>
      </Dialog>
    </footer>
  );
}
