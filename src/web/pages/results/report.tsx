import type { AnswerView, EvaluationReport, SessionView } from '../../../interview/schemas.ts';
import { SpokenLanguage } from '../interview/spoken-language.tsx';
import { AnswerReport } from './answer-report.tsx';
import { Failures } from './failures.tsx';
import { Overall } from './overall.tsx';

/** Everything that is known: the whole, what is missing, and each answer in the order of the questions. */
export function Report({
  report,
  session,
  answers,
  running,
  onEvaluate,
}: {
  report: EvaluationReport;
  session: SessionView;
  answers: readonly AnswerView[];
  running: boolean;
  onEvaluate: () => void;
}) {
  const scores = scoresOf(report, answers);
  const { questions } = session;
  const open = session.state === 'active';
  return (
    <SpokenLanguage value={session.language}>
      <Overall report={report} questions={questions} open={open} />
      {!running && (
        <Failures report={report} questions={questions} answers={answers} busy={running} onEvaluate={onEvaluate} />
      )}
      {report.evaluations.map((evaluated) => (
        <AnswerReport
          key={evaluated.answerId}
          evaluated={evaluated}
          number={questions.findIndex(({ id }) => id === evaluated.questionId) + 1}
          takes={answers.filter(({ questionId }) => questionId === evaluated.questionId)}
          scores={scores}
          open={open}
        />
      ))}
    </SpokenLanguage>
  );
}

/** By answer, those of earlier takes included. The report knows what was judged after the answers were fetched. */
function scoresOf({ evaluations }: EvaluationReport, answers: readonly AnswerView[]): Record<string, number> {
  const earlier = answers.flatMap(({ id, score }) => (score === null ? [] : [[id, score] as const]));
  return Object.fromEntries([...earlier, ...evaluations.map(({ answerId, score }) => [answerId, score] as const)]);
}
