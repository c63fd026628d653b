import type { InterviewDeps } from '../interview/context.ts';
import { transcribeAnswer } from '../interview/transcription.ts';
import type { JobQueue } from './queue.ts';

/** Most of the time is spent waiting for the upstream. */
const atOnce = 8;

export const serveTranscription = (queue: JobQueue, deps: InterviewDeps): Promise<void> =>
  queue.serve('transcribe', atOnce, ({ id }, attempt) => transcribeAnswer(deps, id, attempt));
