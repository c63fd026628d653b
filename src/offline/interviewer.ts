import { z } from 'zod';
import type { OfflineChatMessage } from './chat-request.ts';
import { type InterviewerLines, interviewerLines } from './interviewer-lines.ts';
import { writtenLanguage } from './language.ts';
import { isOfflineTranscriptNotice } from './transcript-notice.ts';

const kinds = [
  'greet',
  'ask',
  'follow_up',
  'let_think',
  'wind_down_ramble',
  'answer_candidate',
  'stay_in_role',
  'close',
] as const;

/** The `<data>` of an interviewer's turn. */
const directionData = z.object({
  move: z.object({
    kind: z.enum(kinds),
    question: z.string().optional(),
    missing_signal: z.string().optional(),
    wants: z.enum(['repetition', 'answer']).optional(),
  }),
  said: z.string().nullable(),
  language: z.string(),
});

export type Direction = z.output<typeof directionData>;

/** The direction in the last user message; null when it is plain talk, or data of another kind. */
export function readDirection(messages: OfflineChatMessage[]): Direction | null {
  const last = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const block = /<data>\n([^\n]*)\n<\/data>$/.exec(last)?.[1];
  if (block === undefined) return null;
  try {
    return directionData.safeParse(JSON.parse(block)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null; // somebody talks about data: that is plain talk too
    throw error;
  }
}

/** Obeys the move in the session's language. `turn` counts the replies before it, for variety. */
export function interviewReply({ move, said, language }: Direction, turn: number): string {
  const lines = interviewerLines[writtenLanguage(language)];
  const question = move.question ?? '';
  const open = move.missing_signal ? probe(lines, move.missing_signal) : question;
  const unheard = said !== null && isOfflineTranscriptNotice(said);
  const acknowledge = unheard ? lines.unheard : (lines.acknowledge[turn % lines.acknowledge.length] ?? '');
  const reply = {
    greet: () => [lines.welcome, question],
    ask: () => [acknowledge, question],
    follow_up: () => [acknowledge, open],
    let_think: () => [lines.letThink],
    wind_down_ramble: () => [lines.windDown],
    answer_candidate: () => [move.wants === 'answer' ? lines.cannotTell : lines.again, open],
    stay_in_role: () => [lines.stayInRole, open],
    close: () => [unheard ? lines.unheard : '', lines.close],
  }[move.kind]();
  return reply.filter(Boolean).join(' ');
}

/** A question that invites what is missing, without naming it as a checklist would. */
function probe(lines: InterviewerLines, signal: string): string {
  return lines.probes.find(([wanted]) => wanted.test(signal))?.[1] ?? lines.anyProbe(signal.replace(/[.!?…\s]+$/u, ''));
}
