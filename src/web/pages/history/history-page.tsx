import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/empty.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Page } from '../../components/page.tsx';
import { Link } from '../../router/link.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { CategoryChart } from './category-chart.tsx';
import { GuestNotice } from './guest-notice.tsx';
import { scoresByCategory, scoresOverTime } from './past-session.ts';
import { PastSessions } from './past-sessions.tsx';
import { ScoreChart } from './score-chart.tsx';
import { historyStrings } from './strings.ts';
import { Summary } from './summary.tsx';
import { useHistory } from './use-history.ts';
import './history.css';

/** What was practised: figures, charts, and every interview with what can be done with it. */
export function HistoryPage() {
  const t = useStrings(historyStrings);
  const { query, sessions, total } = useHistory();
  const { data, error, isPending, refetch } = query;
  if (data && total === 0) {
    return (
      <Page title={t.title} wide>
        <Empty title={t.emptyTitle}>
          <p>{t.emptyText}</p>
          <Link className="button button-primary" to="/">
            {t.begin}
          </Link>
        </Empty>
      </Page>
    );
  }
  const byCategory = scoresByCategory(sessions);
  return (
    <Page title={t.title} lead={t.lead} wide>
      {isPending && <Loading />}
      {error && <ErrorNotice title={t.couldNotLoad} error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          <Summary sessions={sessions} total={total} />
          <div className="history-charts">
            <ScoreChart points={scoresOverTime(sessions)} />
            {byCategory.length > 0 && <CategoryChart rows={byCategory} />}
          </div>
          <PastSessions sessions={sessions} />
          {query.hasNextPage && sessions.length >= 500 && (
            <Button busy={query.isFetching} onClick={() => void query.fetchNextPage()}>
              {t.more}
            </Button>
          )}
          <GuestNotice />
        </>
      )}
    </Page>
  );
}
