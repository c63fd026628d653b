import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { type PastSession, summaryOf } from './past-session.ts';
import { historyStrings } from './strings.ts';

/** Four figures, set like the head of a table of results. */
export function Summary({ sessions, total }: { sessions: readonly PastSession[]; total: number }) {
  const t = useStrings(historyStrings);
  const { locale } = useLanguage();
  const { judged, average, best } = summaryOf(sessions);
  const score = (value: number | null) => (value === null ? t.none : Math.round(value).toLocaleString(locale));
  const figures = [
    [t.interviews, total.toLocaleString(locale)],
    [t.answers, judged.toLocaleString(locale)],
    [t.average, score(average)],
    [t.best, score(best)],
  ];
  return (
    <dl className="history-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
