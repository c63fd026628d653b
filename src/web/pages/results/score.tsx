import { useStrings } from '../../strings/strings.tsx';
import { resultsStrings } from './strings.ts';

const grades = [
  { from: 85, name: 'excellent' },
  { from: 70, name: 'good' },
  { from: 50, name: 'fair' },
  { from: 0, name: 'weak' },
] as const;

/** A score in words. */
export const gradeOf = (score: number) => grades.find(({ from }) => score >= from)?.name ?? 'weak';

/** A number, a word and the length of a line: the colour only repeats them. */
export function Score({ score, large = false }: { score: number; large?: boolean }) {
  const t = useStrings(resultsStrings);
  const rounded = Math.round(score);
  return (
    <div className={large ? 'score score-large' : 'score'}>
      <p>
        <span className="score-number">{rounded}</span> <span className="score-of">{t.outOf}</span>{' '}
        <span className="score-word">{t[gradeOf(score)]}</span>
      </p>
      <div className="score-line" aria-hidden="true">
        <div style={{ inlineSize: `${rounded}%` }} />
      </div>
    </div>
  );
}
