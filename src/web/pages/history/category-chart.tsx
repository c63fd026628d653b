import { useId } from 'react';
import { useStrings } from '../../strings/strings.tsx';
import type { Category } from './past-session.ts';
import { historyStrings } from './strings.ts';

/** A table whose figures have a bar beside them: chart and equivalent in one. */
export function CategoryChart({ rows }: { rows: readonly { category: Category; score: number; count: number }[] }) {
  const t = useStrings(historyStrings);
  const id = useId();
  return (
    <section className="history-chart" aria-labelledby={id}>
      <h2 id={id}>{t.byCategory}</h2>
      <table className="category-table">
        <thead>
          <tr>
            <th scope="col">{t.kind}</th>
            <th scope="col">{t.answerCount}</th>
            <th scope="col" colSpan={2}>
              {t.score}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ category, score, count }) => (
            <tr key={category}>
              <th scope="row">{t.category[category]}</th>
              <td>{count}</td>
              <td className="category-bar">
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect className="chart-track" width={100} height={8} />
                  <rect className="chart-bar" width={score} height={8} />
                </svg>
              </td>
              <td className="category-score">{Math.round(score)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
