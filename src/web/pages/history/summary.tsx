import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { type PastSession, summaryOf } from './past-session.ts';
import { historyStrings } from './strings.ts';

/** Four figures, set like the head of a table of results. */
export function Summary({ sessions, total }: { sessions: readonly PastSession[]; total: number }) {
  const t = useStrings(historyStrings);
  const { language } = useLanguage();
  const { judged, average, best } = summaryOf(sessions);
  const score = (value: number | null) => (value === null ? t.none : Math.round(value).toLocaleString(language));
  const figures = [
    [t.interviews, total.toLocaleString(language)],
    [t.answers, judged.toLocaleString(language)],
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
