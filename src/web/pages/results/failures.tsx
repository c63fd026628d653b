import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AnswerView, EvaluationReport, QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Notice } from '../../components/notice.tsx';
import { ServerWords } from '../../components/server-words.tsx';
import { Link } from '../../router/link.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { storeAnswer } from '../interview/use-answers.ts';
import { resultsStrings } from './strings.ts';

interface FailuresProps {
  report: EvaluationReport;
  questions: readonly QuestionView[];
  answers: readonly AnswerView[];
  busy: boolean;
  onEvaluate: () => void;
}

/** Answers without an evaluation: why, and what to do about each. */
export function Failures({ report, questions, answers, busy, onEvaluate }: FailuresProps) {
  const t = useStrings(resultsStrings);
  const { failures, sessionId } = report;
  if (failures.length === 0) return null;
  const retryable = failures.some((failure) => failure.retryable);
  const retry = retryable && (
    <Button kind="primary" busy={busy} onClick={onEvaluate}>
      {t.evaluateAgain}
    </Button>
  );
  return (
    <Notice kind="warn" title={t.failuresTitle(failures.length)} actions={retry}>
      <ul className="failures">
        {failures.map(({ questionId, answerId, reason }) => (
          <li key={answerId}>
            <b>{t.answerTo(questions.findIndex(({ id }) => id === questionId) + 1)}:</b>{' '}
            <ServerWords>{reason}</ServerWords>{' '}
            <TranscribeAgain answer={answers.find(({ id }) => id === answerId)} onDone={onEvaluate} />
            <Link to={`/interview/${sessionId}?question=${questionId}`}>{t.answerAnew}</Link>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** A recording whose transcript has failed is transcribed, then evaluated. */
function TranscribeAgain({ answer, onDone }: { answer: AnswerView | undefined; onDone: () => void }) {
  const t = useStrings(resultsStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: (answerId: string) => viva.answers.retry.mutate({ answerId }),
    onSuccess: (again) => {
      storeAnswer(queries, again);
      onDone();
    },
  });
  if (answer?.transcriptState !== 'failed') return null;
  return (
    <>
      <Button kind="quiet" busy={retry.isPending} onClick={() => retry.mutate(answer.id)}>
        {t.transcribeAgain}
      </Button>{' '}
      {retry.isError && <ErrorNotice error={retry.error} />}
    </>
  );
}
