import { listAnswers } from './answers.ts';
import type { Caller } from './context.ts';
import { evaluationReport } from './evaluation-report.ts';
import type { AnswerView, SessionExport } from './schemas.ts';
import { getSession } from './sessions.ts';

/** Everything that is known of a session, every take included, with the addresses of its audio. */
export async function exportSession(caller: Caller, sessionId: string): Promise<SessionExport> {
  const session = await getSession(caller, sessionId);
  const answers: AnswerView[] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await listAnswers(caller, { sessionId, limit: 100, ...(cursor && { cursor }) });
    answers.push(...page.items);
    cursor = page.nextCursor ?? undefined;
    more = cursor !== undefined;
  }
  return {
    exportedAt: new Date().toISOString(),
    session,
    answers: answers.reverse(),
    evaluation: await evaluationReport(caller, sessionId),
  };
}
