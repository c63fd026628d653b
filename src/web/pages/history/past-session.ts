import type { HistoryPage } from '../../../interview/schemas.ts';

export type PastSession = HistoryPage['items'][number];
export type Category = PastSession['answers'][number]['category'];

export const categories = [
  'behavioral',
  'technical',
  'situational',
  'experience',
  'motivation',
] as const satisfies readonly Category[];

const longestTitle = 90;

/** What the job is called: the first line of its description. */
export function titleOf({ jobDescription }: Pick<PastSession, 'jobDescription'>): string {
  const line = jobDescription.trim().split('\n')[0]?.trim() ?? '';
  if (line.length <= longestTitle) return line;
  return `${line.slice(0, line.lastIndexOf(' ', longestTitle)) || line.slice(0, longestTitle)} …`;
}

export interface Filters {
  text: string;
  state: 'all' | 'open' | 'ended' | 'judged';
  category: 'all' | Category;
  period: 'all' | 'week' | 'month' | 'year';
}

export const noFilters: Filters = { text: '', state: 'all', category: 'all', period: 'all' };

const dayMs = 86_400_000;
const periodMs = { week: 7 * dayMs, month: 30 * dayMs, year: 365 * dayMs } as const;

/** Whether a session is among what is asked for. A kind of question is found by the answers that were given. */
export function fits(session: PastSession, { text, state, category, period }: Filters, nowMs: number): boolean {
  if (state === 'open' && session.state !== 'active') return false;
  if (state === 'ended' && session.state !== 'ended') return false;
  if (state === 'judged' && session.averageScore === null) return false;
  if (period !== 'all' && Date.parse(session.createdAt) < nowMs - periodMs[period]) return false;
  if (category !== 'all' && !session.answers.some((answer) => answer.category === category)) return false;
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const all = [session.jobDescription, ...session.answers.map(({ question }) => question)]
    .join('\n')
    .toLocaleLowerCase();
  return words.every((word) => all.includes(word));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Judged sessions, oldest first. */
export function scoresOverTime(sessions: readonly PastSession[]): { id: string; at: string; score: number }[] {
  return sessions
    .flatMap(({ id, createdAt, averageScore }) =>
      averageScore === null ? [] : [{ id, at: createdAt, score: averageScore }],
    )
    .reverse();
}

/** The mean of each kind of question that was judged at least once. */
export function scoresByCategory(
  sessions: readonly PastSession[],
): { category: Category; score: number; count: number }[] {
  const judged = sessions.flatMap(({ answers }) => answers).filter(({ score }) => score !== null);
  return categories.flatMap((category) => {
    const scores = judged.filter((answer) => answer.category === category).map(({ score }) => score ?? 0);
    return scores.length > 0 ? [{ category, score: mean(scores), count: scores.length }] : [];
  });
}

/** What stands at the head of the page. */
export function summaryOf(sessions: readonly PastSession[]) {
  const scores = scoresOverTime(sessions).map(({ score }) => score);
  const judged = sessions.flatMap(({ answers }) => answers).filter(({ score }) => score !== null).length;
  return {
    judged,
    average: scores.length > 0 ? mean(scores) : null,
    best: scores.length > 0 ? Math.max(...scores) : null,
  };
}
