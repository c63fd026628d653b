import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/empty.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { Progress } from '../../components/progress.tsx';
import { useUploads } from '../../recording/recordings-context.ts';
import { Link } from '../../router/link.tsx';
import type { PageProps } from '../../router/routes.tsx';
import { refusalOf } from '../../session/refusals.ts';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { useAnswers } from '../interview/use-answers.ts';
import { useQuestions } from '../start/use-questions.ts';
import { Report } from './report.tsx';
import { resultsStrings } from './strings.ts';
import { useEvaluation } from './use-evaluation.ts';
import './results.css';
import './print.css';

/** What the answers were worth, and why, in the candidate's own words. */
export function ResultsPage({ id }: PageProps) {
  const t = useStrings(resultsStrings);
  const { locale } = useLanguage();
  const { session } = useQuestions(id);
  const answers = useAnswers(id);
  const { report, run, running, progress } = useEvaluation(id);
  useUploads();

  const failed = report.error ?? answers.error ?? session.error;
  if (!session.data || !answers.data || !report.data) {
    const retry = () => void Promise.all([session.refetch(), answers.refetch(), report.refetch()]);
    return (
      <Page title={t.title}>
        {failed ? <ErrorNotice title={t.couldNotLoad} error={failed} onRetry={retry} /> : <Loading />}
      </Page>
    );
  }
  const { evaluations, failures } = report.data;
  const date = new Date(session.data.createdAt).toLocaleDateString(locale, { dateStyle: 'long' });
  const nothing = refusalOf(run.error)?.code === 'nothing_answered' || evaluations.length + failures.length === 0;
  return (
    <Page title={t.title} lead={t.lead(date)}>
      <div className="results">
        {running && (
          <section className="evaluating" aria-label={t.evaluating}>
            <Progress
              label={t.evaluating}
              value={progress ? progress.done + progress.failed : undefined}
              max={Math.max(1, progress?.total ?? evaluations.length + failures.length)}
              text={progress ? t.progress(progress.done + progress.failed, progress.total) : ''}
            />
            <p>{t.evaluatingText}</p>
          </section>
        )}
        {run.isError && !nothing && (
          <ErrorNotice title={t.evaluationFailed} error={run.error} onRetry={() => run.mutate()} />
        )}
        {!running && nothing && (
          <Empty title={t.nothingTitle}>
            <p>{t.nothingText}</p>
            <Link to={`/interview/${id}`}>{t.toInterview}</Link>
          </Empty>
        )}
        {!running && !nothing && report.data.state === 'none' && (
          <Empty title={t.notYetTitle}>
            <p>{t.notYetText(failures.length)}</p>
            <Button kind="primary" onClick={() => run.mutate()}>
              {t.evaluate}
            </Button>
          </Empty>
        )}
        {(evaluations.length > 0 || (!running && report.data.state !== 'none' && !nothing)) && (
          <Report
            report={report.data}
            session={session.data}
            answers={answers.data}
            running={running}
            onEvaluate={() => run.mutate()}
          />
        )}
      </div>
    </Page>
  );
}
