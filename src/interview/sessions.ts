import { selectQuestions, selectSummaries, selectSummary } from '../db/selects.ts';
import { DomainError } from '../errors.ts';
import { ownedCv, ownedSession } from './access.ts';
import { type Deletion, eraseSession } from './account-deletion.ts';
import type { DeletionDeps } from './account-live-work.ts';
import type { Caller } from './context.ts';
import { saveCvText } from './cvs.ts';
import { insertSession } from './new-session.ts';
import { writeQuestions } from './questions.ts';
import type { CreateSessionInput, PageInput, SessionSummary, SessionView } from './schemas.ts';
import { recordTokens } from './usage.ts';

/** Writes the questions, then has them spoken in the background: each is usable as soon as its own audio is there. */
export async function createSession(caller: Caller, input: CreateSessionInput): Promise<SessionView> {
  const { deps, userId } = caller;
  const cv = input.cvId
    ? await ownedCv(caller, input.cvId)
    : input.cvText
      ? await saveCvText(caller, input.cvText)
      : null;
  const mode = input.mode ?? (input.speakQuestions === false ? 'live' : 'recorded');
  const speakQuestions = input.speakQuestions ?? mode === 'recorded';
  const { questions, consumed } = await writeQuestions(caller, { ...input, cvText: cv?.text ?? null });
  const session = await insertSession(deps, {
    userId,
    cvId: cv?.id ?? null,
    jobDescription: input.jobDescription,
    difficulty: input.difficulty,
    voice: input.voice,
    language: input.language,
    mode,
    questionCount: questions.length,
    interviewer: input.interviewer,
    questions: {
      create: questions.map((question, index) => ({
        ...question,
        position: index + 1,
        speechState: speakQuestions ? 'pending' : 'unspoken',
      })),
    },
  });
  await recordTokens(deps, { userId, sessionId: session.id, ...consumed });
  return getSession(caller, session.id);
}

export async function getSession(caller: Caller, id: string): Promise<SessionView> {
  const [summary, questions] = await Promise.all([getSummary(caller, id), listQuestions(caller, id)]);
  return { ...summary, questions };
}

async function listQuestions({ deps, userId }: Caller, id: string): Promise<SessionView['questions']> {
  return selectQuestions(deps.db.pool, [id, userId]);
}

export async function getSummary({ deps, userId }: Caller, id: string): Promise<SessionSummary> {
  const [row] = await selectSummary(deps.db.pool, [userId, id]);
  if (!row) throw new DomainError('not_found', 'There is no such session.');
  return withCompletion(row);
}

/** Newest first. */
export async function listSessions({ deps, userId }: Caller, { limit, cursor }: PageInput) {
  const rows = await selectSummaries(deps.db.pool, [userId, cursor ?? null, limit + 1]);
  const items: SessionSummary[] = rows.slice(0, limit).map(withCompletion);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Ending twice is one ending. After it no answer is taken; evaluating is still possible. */
export async function endSession(caller: Caller, id: string): Promise<SessionSummary> {
  await ownedSession(caller, id);
  await caller.deps.db.prisma.session.updateMany({
    where: { id, userId: caller.userId, state: 'active' },
    data: { state: 'ended', endedAt: new Date() },
  });
  return getSummary(caller, id);
}

/**
 * Deletes rows, recordings, and question audio that nothing else uses, after ending whatever goes on in the session.
 * Tells what was deleted once it is gone. Throws `not_found`.
 */
export async function deleteSession(caller: Caller & { deps: DeletionDeps }, id: string): Promise<Deletion> {
  await ownedSession(caller, id);
  return eraseSession(caller.deps, id);
}

/** Adds what the query leaves to be derived. */
export function withCompletion<Row extends { questionCount: number; answeredQuestions: number }>(row: Row) {
  return { ...row, completionRate: Math.round((100 * row.answeredQuestions) / Math.max(1, row.questionCount)) };
}
