import type { EvaluationReport, QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { Link } from '../../router/link.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useSpokenLanguage } from '../interview/spoken-language.tsx';
import { Score } from './score.tsx';
import { resultsStrings } from './strings.ts';

/** The score of the whole interview, and each answer's at a glance. */
export function Overall({
  report,
  questions,
  open,
}: {
  report: EvaluationReport;
  questions: readonly QuestionView[];
  open: boolean;
}) {
  const t = useStrings(resultsStrings);
  const lang = useSpokenLanguage();
  const { averageScore, evaluations, totalQuestions, failures, sessionId } = report;
  const answered = evaluations.length + failures.length;
  return (
    <section className="overall" aria-label={t.overall}>
      {averageScore !== null && <Score score={averageScore} large />}
      <p className="overall-count">{t.evaluatedOf(evaluations.length, totalQuestions)}</p>
      <ol className="glance" aria-label={t.contents}>
        {questions.map(({ id, text }, index) => {
          const evaluated = evaluations.find(({ questionId }) => questionId === id);
          return (
            <li key={id}>
              {evaluated ? (
                <a href={`#answer-${index + 1}`} lang={lang}>
                  {text}
                </a>
              ) : (
                <span className="glance-open" lang={lang}>
                  {text}
                </span>
              )}
              <span className="glance-score">{evaluated ? evaluated.score : '–'}</span>
            </li>
          );
        })}
      </ol>
      <div className="actions">
        <Button onClick={() => window.print()}>{t.print}</Button>
        {open && answered < totalQuestions && <Link to={`/interview/${sessionId}`}>{t.goOn}</Link>}
      </div>
    </section>
  );
}
