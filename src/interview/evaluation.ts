import { inPrisma } from '../db/runners.ts';
import { DomainError } from '../errors.ts';
import { ownedSession } from './access.ts';
import { whileKept } from './account-live-work.ts';
import { awaitTranscript } from './answers.ts';
import { type Caller, type InterviewDeps, restarting, whileServing } from './context.ts';
import { countedAnswers, evaluationReport, settleEvaluation } from './evaluation-report.ts';
import { type JudgedAnswer, judgeAnswer } from './judgement.ts';
import type { EvaluationProgress, EvaluationReport } from './schemas.ts';
import { type Attempt, mostTries } from './work.ts';

/** How long a run waits for transcripts that are still being made. */
const transcriptWaitMs = 60_000;

/**
 * Evaluates every counted answer that has no evaluation yet, side by side. Running it again without new answers returns
 * what is stored; two runs at once are one. Throws `unavailable` when the server stops meanwhile; the run goes on elsewhere.
 */
export async function runEvaluation(caller: Caller, sessionId: string): Promise<EvaluationReport> {
  const { deps, userId } = caller;
  using _place = deps.places.take('evaluations', userId);
  await ownedSession(caller, sessionId);
  const answers = await transcribedAnswers(caller, sessionId);
  if (answers.length === 0) {
    throw new DomainError(
      'nothing_answered',
      'No question of this session has been answered yet. Answer one, then evaluate.',
    );
  }
  if (answers.some(needsJudgement)) {
    await deps.allowance.require(userId);
    await startEvaluation(deps, sessionId);
  }
  // Also somebody else's: one that has judged the last answer has still to say that it is complete.
  await untilSettled(caller, sessionId);
  return await evaluationReport(caller, sessionId);
}

export async function getEvaluation(caller: Caller, sessionId: string): Promise<EvaluationReport> {
  await ownedSession(caller, sessionId);
  return evaluationReport(caller, sessionId);
}

/** The state now and after every answer, until the run is over; before a run that has work to do it waits for that run. */
export async function* watchEvaluation(
  caller: Caller,
  sessionId: string,
  signal: AbortSignal,
): AsyncGenerator<EvaluationProgress> {
  let waiting = true;
  for await (const _ of caller.deps.changes.watch(`evaluation:${sessionId}`, signal)) {
    const { evaluationState, averageScore: average } = await ownedSession(caller, sessionId);
    const answers = await countedAnswers(caller.deps, sessionId);
    yield {
      state: evaluationState,
      done: answers.filter((answer) => answer.evaluation?.outcome === 'done').length,
      failed: answers.filter((answer) => answer.evaluation?.outcome === 'failed').length,
      total: answers.length,
      averageScore: average,
    };
    const settled = evaluationState === 'partial' || evaluationState === 'complete';
    if (settled && !(waiting && answers.some(mayBeJudged))) return;
    waiting = false;
  }
}

const needsJudgement = (answer: { transcriptState: string; evaluation: { outcome: string } | null }) =>
  answer.transcriptState === 'done' && answer.evaluation?.outcome !== 'done';

const mayBeJudged = (answer: Parameters<typeof needsJudgement>[0]) =>
  needsJudgement(answer) || answer.transcriptState === 'pending';

async function transcribedAnswers(caller: Caller, sessionId: string) {
  const answers = await countedAnswers(caller.deps, sessionId);
  const pending = answers.filter((answer) => answer.transcriptState === 'pending');
  if (pending.length === 0) return answers;
  await Promise.all(pending.map((answer) => awaitTranscript(caller, answer.id, transcriptWaitMs)));
  return countedAnswers(caller.deps, sessionId);
}

/** Begins a run, unless one is under way. It outlives whoever asked for it, and the server. */
export async function startEvaluation({ db, work, changes }: InterviewDeps, sessionId: string): Promise<void> {
  await db.prisma.$transaction(async (tx) => {
    const [session] = await tx.session.updateManyAndReturn({
      where: { id: sessionId, evaluationState: { not: 'running' } },
      data: { evaluationState: 'running' },
      select: { userId: true },
    });
    if (session) await work.add('evaluate', [{ id: sessionId, ownerId: session.userId }], inPrisma(tx));
  });
  work.begin('evaluate');
  changes.touch(`evaluation:${sessionId}`);
}

/**
 * A run: judges what is missing, a bounded number at once, each saved as it finishes, and settles. A session that is not
 * being evaluated is left alone. Throws what the signal aborted with, and when the database fails.
 */
export async function evaluateSession(
  deps: InterviewDeps,
  sessionId: string,
  { signal, earlierTries }: Attempt,
): Promise<void> {
  const session = await deps.db.prisma.session.findUnique({ where: { id: sessionId } });
  if (session?.evaluationState !== 'running') return;
  // What ended the server each time is left unjudged, and told to be.
  if (earlierTries < mostTries) await judgeWhileKept(deps, sessionId, signal);
  await settleEvaluation(deps, sessionId, 'run');
  deps.changes.touch(`evaluation:${sessionId}`);
}

/** One that is deleted meanwhile is judged no further. */
async function judgeWhileKept(deps: InterviewDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  using kept = whileKept(deps, sessionId);
  try {
    await judgeMissing(deps, sessionId, AbortSignal.any([signal, kept.signal]));
  } catch (error) {
    if (!kept.signal.aborted) throw error;
  }
}

async function judgeMissing(deps: InterviewDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  const queue: JudgedAnswer[] = (await countedAnswers(deps, sessionId)).filter(needsJudgement);
  const next = queue.values();
  const workers = Array.from({ length: deps.limits.evaluationConcurrency }, async () => {
    for (const answer of next) {
      await judgeAnswer(deps, answer, signal);
      deps.changes.touch(`evaluation:${sessionId}`);
    }
  });
  const settled = await Promise.allSettled(workers);
  const lost = settled.find((worker) => worker.status === 'rejected');
  if (lost) throw lost.reason;
}

async function untilSettled(caller: Caller, sessionId: string): Promise<void> {
  for await (const { state } of watchEvaluation(caller, sessionId, whileServing(caller))) {
    if (state !== 'running') return;
  }
  if (caller.deps.work.givingBack.aborted) throw restarting('Evaluate again in a moment.');
}
