import type { VivaClient } from '../client.ts';
import type { EvaluationProgress } from '../interview/schemas.ts';
import { refusalCode } from './explain.ts';
import { clock, opening, type Report, StepError } from './report.ts';
import { events } from './subscription.ts';

type Evaluation = Awaited<ReturnType<VivaClient['evaluation']['run']['mutate']>>;
type JudgedAnswer = Evaluation['evaluations'][number];

const mostQuotes = 3;
/** How long the last event of a finished run may take to arrive. */
const lastNewsMs = 1_000;

/** Has the session evaluated and prints it. */
export async function evaluate(client: VivaClient, sessionId: string, report: Report): Promise<void> {
  const evaluation = await runEvaluation(client, sessionId, report).catch((error: unknown) => {
    // No recording had words that could be transcribed, which was told already.
    if (error instanceof StepError && refusalCode(error.cause) === 'nothing_answered') return null;
    throw error;
  });
  if (!evaluation) {
    report.failure('There is nothing to evaluate: no answer has a transcript.');
    return;
  }
  for (const judged of evaluation.evaluations) printJudged(judged, report);
  for (const { questionId, reason } of evaluation.failures) {
    report.line('');
    report.failure(`An answer was not evaluated: ${reason} (question ${questionId})`);
  }
  if (evaluation.averageScore !== null) {
    report.line(`\n  Average score: ${Math.round(evaluation.averageScore)} of 100`, 'bold');
  }
}

async function runEvaluation(client: VivaClient, sessionId: string, report: Report): Promise<Evaluation> {
  const over = new AbortController();
  const updates = events<EvaluationProgress>(over.signal, (observer) =>
    client.evaluation.onProgress.subscribe({ sessionId }, observer),
  );
  return report.step(
    'evaluating the answers',
    async () => {
      // Listening first, so that nothing is missed.
      await updates.next();
      const running = client.evaluation.run.mutate({ sessionId });
      // A run that finds nothing to judge makes no progress that would end by itself.
      const ending = running.finally(() => setTimeout(() => over.abort(), lastNewsMs));
      const [evaluation] = await Promise.all([ending, tellProgress(updates, report)]);
      return evaluation;
    },
    ({ evaluations, totalQuestions }) => `${evaluations.length} of ${totalQuestions} answers evaluated`,
  );
}

async function tellProgress(updates: AsyncIterable<EvaluationProgress>, report: Report): Promise<void> {
  let told = 0;
  for await (const { done, failed, total } of updates) {
    if (done + failed === told) continue;
    told = done + failed;
    report.note(`${done} of ${total} done${failed ? `, ${failed} failed` : ''}`);
  }
}

function printJudged(judged: JudgedAnswer, report: Report): void {
  report.line(`\n  ${judged.position}. ${opening(judged.question, 78)}`);
  report.line(`     Score ${judged.score} of 100`, judged.score >= 50 ? 'green' : 'yellow');
  for (const { text, startMs } of quotesOf(judged).slice(0, mostQuotes)) {
    report.detail(`${startMs === null ? '' : `at ${clock(startMs)} `}“${text}”`);
  }
  const [strength] = judged.strengths;
  const [tip] = judged.improvementTips;
  if (strength) report.detail(`Strength: ${strength}`, null);
  if (tip) report.detail(`Tip: ${tip}`, null);
}

/** Each quote once, in the order it was said: one sentence may show several things. */
function quotesOf({ signals }: JudgedAnswer) {
  const quotes = signals.flatMap((signal) => signal.quotes);
  return [...new Map(quotes.map((quote) => [quote.startIndex, quote])).values()].sort(
    (one, other) => one.startIndex - other.startIndex,
  );
}

/** Prints the user's sessions, newest first. */
export async function printHistory(client: VivaClient, report: Report): Promise<void> {
  const { items, totalSessions } = await report.step(
    'reading the history',
    () => client.sessions.history.query({}),
    (history) => `${history.totalSessions} session${history.totalSessions === 1 ? '' : 's'} of this guest`,
  );
  const columns = (cells: string[]) =>
    `      ${cells.map((cell, at) => cell.padEnd([18, 34, 10, 16][at] ?? 0)).join(' ')}`;
  report.line(columns(['When (UTC)', 'Job', 'Answered', 'Scores', 'Average']).trimEnd(), 'dim');
  for (const { createdAt, jobDescription, answeredQuestions, questionCount, answers, averageScore } of items) {
    const when = createdAt.slice(0, 16).replace('T', ' ');
    const scores = answers.map(({ score }) => score ?? '-').join(' ');
    const average = averageScore === null ? '-' : String(Math.round(averageScore));
    report.line(
      columns([
        when,
        opening(jobDescription, 30),
        `${answeredQuestions} of ${questionCount}`,
        scores,
        average,
      ]).trimEnd(),
    );
  }
  if (totalSessions > items.length) report.detail(`… and ${totalSessions - items.length} more`);
}
