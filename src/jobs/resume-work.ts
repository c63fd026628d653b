import type { InterviewDeps } from '../interview/context.ts';
import { resumeEvaluation } from '../interview/evaluation.ts';
import { speakSession } from '../interview/questions.ts';
import { transcribeAnswer } from '../interview/transcription.ts';

/** Questions that are younger are being spoken by whoever asked for them. */
const speechGraceMs = 120_000;
const atOnce = 50;

/** Takes up what nobody holds: pending transcripts whose lease is over, runs whose server died, unspoken questions. */
export async function resumeWork(deps: InterviewDeps, signal: AbortSignal): Promise<void> {
  const { prisma } = deps.db;
  const now = new Date();
  const free = [{ leaseUntil: null }, { leaseUntil: { lt: now } }];

  const answers = await prisma.answer.findMany({
    where: { transcriptState: 'pending', OR: free },
    take: atOnce,
    select: { id: true },
  });
  const sessions = await prisma.session.findMany({
    where: {
      evaluationState: 'running',
      OR: [{ evaluationLeaseUntil: null }, { evaluationLeaseUntil: { lt: now } }],
    },
    take: atOnce,
    select: { id: true },
  });
  const unspoken = await prisma.session.findMany({
    where: {
      createdAt: { lt: new Date(now.getTime() - speechGraceMs) },
      questions: { some: { speechState: 'pending' } },
    },
    take: atOnce,
    select: { id: true },
  });
  for (const { id } of answers) await transcribeAnswer(deps, id, signal);
  for (const { id } of sessions) await resumeEvaluation(deps, id, signal);
  for (const { id } of unspoken) await speakSession(deps, id, signal);
}
