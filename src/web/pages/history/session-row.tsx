import { useMutation } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { Link } from '../../router/link.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { type PastSession, titleOf } from './past-session.ts';
import { save } from './save.ts';
import { historyStrings } from './strings.ts';

/** One interview: when, what for, how far, how well; and what can be done with it. */
export function SessionRow({ session, onDelete }: { session: PastSession; onDelete: () => void }) {
  const t = useStrings(historyStrings);
  const { locale } = useLanguage();
  const viva = useViva();
  const announce = useAnnounce();
  const title = titleOf(session);
  const date = new Date(session.createdAt).toLocaleDateString(locale, { dateStyle: 'medium' });
  const labelled = (what: string) => ({ 'aria-label': t.of(what, title, date) });
  const open = session.state === 'active';
  const sessionId = session.id;

  const exporting = useMutation({
    mutationFn: () => viva.sessions.export.query({ sessionId }),
    onSuccess(everything) {
      const name = `viva-${session.createdAt.slice(0, 10)}-${sessionId.slice(0, 8)}.json`;
      save(name, new Blob([JSON.stringify(everything, null, 2)], { type: 'application/json' }));
      announce(t.exported(name));
    },
  });

  return (
    <li className="past-session">
      <p className="past-date">
        <time dateTime={session.createdAt}>{date}</time>
      </p>
      <div className="past-what">
        <h3>{title}</h3>
        <p className="past-state">
          {session.followsSessionId ? `${t.followUp} · ` : session.mode === 'live' && `${t.live} · `}
          {open ? t.open : t.ended} · {t.answered(session.answeredQuestions, session.questionCount)}
          {session.evaluationState === 'running' && ` · ${t.judging}`}
        </p>
      </div>
      <Score score={session.averageScore} />
      <div className="past-actions">
        {open && (
          <Link
            className="button button-plain"
            to={`/${session.mode === 'live' ? 'live' : 'interview'}/${sessionId}`}
            {...labelled(t.resume)}
          >
            {t.resume}
          </Link>
        )}
        {session.answeredQuestions > 0 && (
          <Link className="button button-plain" to={`/results/${sessionId}`} {...labelled(t.results)}>
            {t.results}
          </Link>
        )}
        <Button kind="quiet" busy={exporting.isPending} onClick={() => exporting.mutate()} {...labelled(t.export)}>
          {t.export}
        </Button>
        <Button kind="quiet" onClick={onDelete} {...labelled(t.delete)}>
          {t.delete}
        </Button>
      </div>
      {exporting.isError && <ErrorNotice title={t.exportFailed} error={exporting.error} />}
    </li>
  );
}

function Score({ score }: { score: number | null }) {
  const t = useStrings(historyStrings);
  if (score === null) return <p className="past-score past-score-none">{t.notJudged}</p>;
  return (
    <p className="past-score">
      {Math.round(score)}
      <span className="visually-hidden"> {t.outOf}</span>
    </p>
  );
}
