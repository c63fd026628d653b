import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { prepareStrings } from './prepare-strings.ts';

/** One question, with its kind and whether it can be heard. Each keeps its place while the others change. */
export function QuestionLine({ question }: { question: QuestionView }) {
  const t = useStrings(prepareStrings);
  const { language } = useLanguage();
  const viva = useViva();
  const queries = useQueryClient();
  const respeak = useMutation({
    mutationFn: () => viva.questions.respeak.mutate({ questionId: question.id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['session', question.sessionId] }),
  });
  const { speechState } = question;
  return (
    <li className="prepare-question">
      <p className="prepare-text">{question.text}</p>
      <p className="prepare-state">
        <span>{t[question.category]}</span>
        {speechState === 'pending' && <span className="prepare-pending">{t.speaking} …</span>}
        {speechState === 'ready' && <span className="prepare-ready">✓ {t.ready}</span>}
        {speechState === 'failed' && <span className="prepare-failed">▲ {t.failed}</span>}
      </p>
      {speechState === 'failed' && (
        <div className="prepare-state">
          <span>{language === 'en' && question.speechError ? question.speechError : t.failedHint}</span>
          <Button kind="quiet" busy={respeak.isPending} onClick={() => respeak.mutate()}>
            {t.speakAgain}
          </Button>
        </div>
      )}
      {respeak.isError && <ErrorNotice error={respeak.error} />}
    </li>
  );
}
