import type { VivaClient } from '../client.ts';
import { answerQuestions } from './answering.ts';
import type { AudioKind } from './audio-on-disk.ts';
import { evaluate, printHistory } from './feedback.ts';
import { createInterview, hearQuestions } from './interview.ts';
import { holdConversation } from './live/conversation.ts';
import type { Material } from './recordings.ts';
import type { Report } from './report.ts';

/** What the demo can show. */
export interface Kind {
  title: string;
  hold(client: VivaClient, material: Material, report: Report): Promise<void>;
  /** What it leaves in the audio storage. */
  audio: readonly AudioKind[];
  /** What to try next, a line each. */
  next: readonly string[];
}

const start = 'npm start, then open http://localhost:3001';

export const recorded: Kind = {
  title: 'Viva: a whole spoken interview, on a real server with real audio',
  hold: holdInterview,
  audio: ['questions', 'answers'],
  next: [start],
};

export const live: Kind = {
  title: 'Viva: a live spoken conversation, on a real server with real audio',
  hold: holdConversation,
  audio: ['replies', 'answers'],
  next: ['npm run demo, for an evaluation with quotes', start],
};

async function holdInterview(client: VivaClient, material: Material, report: Report): Promise<void> {
  report.heading('Questions');
  const session = await createInterview(client, material, report);
  const questions = await hearQuestions(client, session, report);
  report.heading('Answers');
  await answerQuestions(client, questions, material, report);
  report.heading('Evaluation');
  await evaluate(client, session.id, report);
  report.heading('History');
  await printHistory(client, report);
}
