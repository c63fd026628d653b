import { useId } from 'react';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { historyStrings } from './strings.ts';

const width = 560;
const height = 200;
const margin = { left: 46, right: 52, top: 14, bottom: 24 };
const lines = [0, 25, 50, 75, 100];

const xOf = (index: number, count: number) =>
  margin.left + (count < 2 ? 0.5 : index / (count - 1)) * (width - margin.left - margin.right);
const yOf = (score: number) => margin.top + (1 - score / 100) * (height - margin.top - margin.bottom);

/** One point for each judged interview, in order; the same as a table beneath. */
export function ScoreChart({ points }: { points: readonly { id: string; at: string; score: number }[] }) {
  const t = useStrings(historyStrings);
  const { locale } = useLanguage();
  const id = useId();
  const date = (at: string, dateStyle: 'medium' | 'short' = 'medium') =>
    new Date(at).toLocaleDateString(locale, { dateStyle });
  const first = points[0];
  const last = points.at(-1);
  return (
    <section className="history-chart" aria-labelledby={id}>
      <h2 id={id}>{t.overTime}</h2>
      {first && last && points.length > 1 ? (
        <>
          <svg
            viewBox={`0 0 ${width} ${height}`}
            role="img"
            aria-label={t.overTimeText(String(Math.round(first.score)), String(Math.round(last.score)), points.length)}
          >
            {lines.map((score) => (
              <g key={score}>
                <line
                  className="chart-grid"
                  x1={margin.left}
                  x2={width - margin.right}
                  y1={yOf(score)}
                  y2={yOf(score)}
                />
                <text className="chart-text" x={margin.left - 8} y={yOf(score) + 4} textAnchor="end">
                  {score}
                </text>
              </g>
            ))}
            <polyline
              className="chart-line"
              points={points.map(({ score }, index) => `${xOf(index, points.length)},${yOf(score)}`).join(' ')}
            />
            {points.map((point, index) => (
              <circle
                key={point.id}
                className="chart-point"
                cx={xOf(index, points.length)}
                cy={yOf(point.score)}
                r={4}
              />
            ))}
            <text className="chart-last" x={width - margin.right + 10} y={yOf(last.score) + 6}>
              {Math.round(last.score)}
            </text>
            <text className="chart-text" x={margin.left} y={height - 4}>
              {date(first.at, 'short')}
            </text>
            <text className="chart-text" x={width - margin.right} y={height - 4} textAnchor="end">
              {date(last.at, 'short')}
            </text>
          </svg>
          <details>
            <summary>{t.asTable}</summary>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.date}</th>
                  <th scope="col">{t.score}</th>
                </tr>
              </thead>
              <tbody>
                {points.map((point) => (
                  <tr key={point.id}>
                    <td>{date(point.at)}</td>
                    <td>{Math.round(point.score)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      ) : (
        <p className="history-quiet">{t.tooFew}</p>
      )}
    </section>
  );
}
