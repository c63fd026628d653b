import type { Applicant } from '../models/admission.ts';
import { currentScope } from '../telemetry/scope.ts';

/** The work that somebody is waiting to hear; all other jobs give way. */
const urgentJobs: ReadonlySet<string> = new Set(['turn', 'call', 'keep a conversation']);

/** Whom whatever runs now is for. A job that does not say whose it is counts by itself. */
export function currentApplicant(): Applicant {
  const { userId, requestId, job, jobId } = currentScope() ?? {};
  return { owner: userId ?? jobId ?? requestId ?? 'the server', urgent: job === undefined || urgentJobs.has(job) };
}
