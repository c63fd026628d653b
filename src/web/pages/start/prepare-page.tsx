import { useEffect } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { Progress } from '../../components/progress.tsx';
import { Link } from '../../router/link.tsx';
import { navigate } from '../../router/location.ts';
import type { PageProps } from '../../router/routes.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { prepareStrings } from './prepare-strings.ts';
import { QuestionLine } from './question-line.tsx';
import { useQuestions } from './use-questions.ts';
import './prepare.css';

/** The questions, each with whether it can be heard yet, and the way in. */
export function PreparePage({ id }: PageProps) {
  const t = useStrings(prepareStrings);
  const announce = useAnnounce();
  const { session, error } = useQuestions(id);
  const questions = session.data?.questions ?? [];
  const live = session.data?.mode === 'live';
  const settled = questions.filter(({ speechState }) => speechState !== 'pending').length;
  const allSettled = questions.length > 0 && settled === questions.length;
  useEffect(() => {
    if (allSettled && !live) announce(t.allReady);
  }, [allSettled, live, announce, t]);

  if (!session.data) {
    return (
      <Page title={t.title}>
        {error ? <ErrorNotice title={t.lost} error={error} onRetry={() => session.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page title={t.title} lead={live ? t.leadLive : t.lead}>
      {error !== null && <ErrorNotice error={error} />}
      {live ? (
        <p>{t.liveCount(questions.length)}</p>
      ) : (
        <>
          <Progress
            label={t.progress}
            value={settled}
            max={questions.length}
            text={t.progressText(settled, questions.length)}
          />
          <ol className="prepare-questions" aria-label={t.questions}>
            {questions.map((question) => (
              <QuestionLine key={question.id} question={question} />
            ))}
          </ol>
        </>
      )}
      <div className="actions">
        <Button kind="primary" busy={settled === 0} onClick={() => navigate(live ? `/live/${id}` : `/interview/${id}`)}>
          {t.begin}
        </Button>
        <Link to="/">{t.again}</Link>
      </div>
    </Page>
  );
}
