import { DomainError } from '../errors.ts';
import { ownedSession } from './access.ts';
import { awaitTranscript } from './answers.ts';
import type { Caller, InterviewDeps } from './context.ts';
import { countedAnswers, evaluationReport } from './evaluation-report.ts';
import { type JudgedAnswer, judgeAnswer } from './judgement.ts';
import type { EvaluationProgress, EvaluationReport } from './schemas.ts';
import { averageScore } from './scoring.ts';

/** A run holds its session this long and renews it; one that died is taken over once it has passed. */
const leaseMs = 30_000;
/** How long a run waits for transcripts that are still being made. */
const transcriptWaitMs = 60_000;

/**
 * Evaluates every counted answer that has no evaluation yet, side by side. Running it again without new answers returns
 * what is stored; two runs at once are one.
 */
export async function runEvaluation(caller: Caller, sessionId: string): Promise<EvaluationReport> {
  const { deps } = caller;
  await ownedSession(caller, sessionId);
  const answers = await transcribedAnswers(caller, sessionId);
  if (answers.length === 0) {
    throw new DomainError(
      'nothing_answered',
      'No question of this session has been answered yet. Answer one, then evaluate.',
    );
  }
  if (answers.some(needsJudgement)) {
    if (await claim(deps, sessionId)) {
      const finished = Promise.withResolvers<void>();
      deps.later('evaluate', async (signal) => {
        await evaluateClaimed(deps, sessionId, signal).then(finished.resolve, finished.reject);
      });
      await finished.promise;
    } else {
      await untilSettled(caller, sessionId);
    }
  }
  return evaluationReport(caller, sessionId);
}

export async function getEvaluation(caller: Caller, sessionId: string): Promise<EvaluationReport> {
  await ownedSession(caller, sessionId);
  return evaluationReport(caller, sessionId);
}

/** The state now and after every answer, until the run is over. */
export async function* watchEvaluation(
  caller: Caller,
  sessionId: string,
  signal: AbortSignal,
): AsyncGenerator<EvaluationProgress> {
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
    if (evaluationState === 'partial' || evaluationState === 'complete') return;
  }
}

const needsJudgement = (answer: { transcriptState: string; evaluation: { outcome: string } | null }) =>
  answer.transcriptState === 'done' && answer.evaluation?.outcome !== 'done';

async function transcribedAnswers(caller: Caller, sessionId: string) {
  const answers = await countedAnswers(caller.deps, sessionId);
  const pending = answers.filter((answer) => answer.transcriptState === 'pending');
  if (pending.length === 0) return answers;
  await Promise.all(pending.map((answer) => awaitTranscript(caller, answer.id, transcriptWaitMs)));
  return countedAnswers(caller.deps, sessionId);
}

async function claim({ db }: InterviewDeps, sessionId: string): Promise<boolean> {
  const now = new Date();
  const { count } = await db.prisma.session.updateMany({
    where: {
      id: sessionId,
      OR: [
        { evaluationState: { not: 'running' } },
        { evaluationLeaseUntil: { lt: now } },
        { evaluationLeaseUntil: null },
      ],
    },
    data: { evaluationState: 'running', evaluationLeaseUntil: new Date(now.getTime() + leaseMs) },
  });
  return count === 1;
}

/** Judges what is missing, a bounded number at once, renewing the lease meanwhile. */
async function evaluateClaimed(deps: InterviewDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  const { prisma } = deps.db;
  const renew = setInterval(() => {
    prisma.session
      .updateMany({ where: { id: sessionId }, data: { evaluationLeaseUntil: new Date(Date.now() + leaseMs) } })
      .catch((error: unknown) => deps.log.warn({ err: error, sessionId }, 'an evaluation lease was not renewed'));
  }, leaseMs / 3);
  try {
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
    await conclude(deps, sessionId);
  } catch (error) {
    // Whoever comes next takes over at once.
    await prisma.session.updateMany({ where: { id: sessionId }, data: { evaluationLeaseUntil: null } });
    throw error;
  } finally {
    clearInterval(renew);
    deps.changes.touch(`evaluation:${sessionId}`);
  }
}

async function conclude(deps: InterviewDeps, sessionId: string): Promise<void> {
  const answers = await countedAnswers(deps, sessionId);
  const scores = answers.flatMap(({ evaluation }) => (evaluation?.outcome === 'done' ? (evaluation.score ?? []) : []));
  await deps.db.prisma.session.updateMany({
    where: { id: sessionId },
    data: {
      evaluationState: scores.length === answers.length ? 'complete' : 'partial',
      averageScore: averageScore(scores),
      evaluationLeaseUntil: null,
    },
  });
}

/** Takes up a run that its server left behind. */
export async function resumeEvaluation(deps: InterviewDeps, sessionId: string, signal: AbortSignal): Promise<void> {
  if (await claim(deps, sessionId)) await evaluateClaimed(deps, sessionId, signal);
}

async function untilSettled(caller: Caller, sessionId: string): Promise<void> {
  const never = new AbortController();
  for await (const { state } of watchEvaluation(caller, sessionId, caller.signal ?? never.signal)) {
    if (state !== 'running') return;
  }
}
