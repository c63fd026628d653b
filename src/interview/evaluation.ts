import { DomainError } from '../errors.ts';
import { ownedSession } from './access.ts';
import { awaitTranscript } from './answers.ts';
import type { Caller, InterviewDeps } from './context.ts';
import { countedAnswers, evaluationReport, settleEvaluation } from './evaluation-report.ts';
import { type JudgedAnswer, judgeAnswer } from './judgement.ts';
import type { EvaluationProgress, EvaluationReport } from './schemas.ts';

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
  const unjudged = answers.some(needsJudgement);
  if (unjudged && (await claim(deps, sessionId))) {
    await evaluateLater(deps, sessionId);
  } else if (unjudged || (await ownedSession(caller, sessionId)).evaluationState === 'running') {
    // A run that has judged the last answer has still to say that it is complete.
    await untilSettled(caller, sessionId);
  }
  return evaluationReport(caller, sessionId);
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

/** In the background, so that a client which leaves does not end it. */
async function evaluateLater(deps: InterviewDeps, sessionId: string): Promise<void> {
  const finished = Promise.withResolvers<void>();
  const started = deps.later('evaluate', async (signal) => {
    await evaluateClaimed(deps, sessionId, signal).then(finished.resolve, finished.reject);
  });
  if (!started) {
    await release(deps, sessionId);
    throw new DomainError('unavailable', 'The server is restarting. Evaluate again in a moment.');
  }
  await finished.promise;
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
    await settleEvaluation(deps, sessionId, 'run');
  } catch (error) {
    await release(deps, sessionId);
    throw error;
  } finally {
    clearInterval(renew);
    deps.changes.touch(`evaluation:${sessionId}`);
  }
}

/** Whoever comes next takes over at once. */
async function release({ db }: InterviewDeps, sessionId: string): Promise<void> {
  await db.prisma.session.updateMany({ where: { id: sessionId }, data: { evaluationLeaseUntil: null } });
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
