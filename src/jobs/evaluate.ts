import type { InterviewDeps } from '../interview/context.ts';
import { evaluateSession } from '../interview/evaluation.ts';
import type { JobQueue } from './queue.ts';

/** Sessions, each of which has EVALUATION_CONCURRENCY answers judged at once. */
const atOnce = 8;

export const serveEvaluation = (queue: JobQueue, deps: InterviewDeps): Promise<void> =>
  queue.serve('evaluate', atOnce, ({ id }, attempt) => evaluateSession(deps, id, attempt));
