import type { InterviewDeps } from '../interview/context.ts';
import { speakQuestion } from '../interview/questions.ts';
import type { JobQueue } from './queue.ts';

/** Five of one session side by side; more only queue at the upstream. */
const atOnce = 10;

export const serveSpeech = (queue: JobQueue, deps: InterviewDeps): Promise<void> =>
  queue.serve('speak', atOnce, (question, attempt) => speakQuestion(deps, question, attempt));
