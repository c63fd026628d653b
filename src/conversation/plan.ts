import { z } from 'zod';
import { expectedSignalSchema, interviewerSettingsSchema } from '../interview/schemas.ts';
import type { ChatMessage } from '../llm/chat-model.ts';
import { type InterviewState, interviewStateSchema, startInterview } from './interview-state.ts';
import { interviewerMessages } from './interviewer.ts';
import { memoryLimits, remember } from './memory.ts';
import { hear, takeTurn } from './policy.ts';
import type { RunningTurn } from './running-turn.ts';
import { said } from './word-count.ts';

/** What the candidate said in this turn; null when the interviewer opens. */
export interface HeardWords {
  text: string;
  /** Of the recording; null for typed words. */
  durationMs: number | null;
  /** Stored messages that these words are, or stand for: they are not remembered beside them. */
  standsFor: string[];
}

/** What the interviewer does in this turn. */
export interface Plan {
  messages: ChatMessage[];
  /** Stored once the reply was given, so that a turn which failed can be tried again. */
  nextState: InterviewState;
  /** Stored when nothing of the reply was heard: the candidate's words count, the interviewer's move does not. */
  heardState: InterviewState;
  interviewOver: boolean;
}

/** Decides the next move by plain code, and writes the prompt for it. */
export async function planMove(turn: RunningTurn, heard: HeardWords | null): Promise<Plan> {
  const { session } = turn;
  const { messages, cv } = await turn.material;
  const before = await interviewStateOf(turn);
  const words = heard && said(heard.text, heard.durationMs);
  const { move, state } = takeTurn(before, words);
  const earlier = messages.filter(({ id }) => !heard?.standsFor.includes(id)).slice(-memoryLimits.maxMessages);
  const prompt = interviewerMessages({
    session: { jobDescription: session.jobDescription, cvText: cv, language: session.language },
    questions: state.questions,
    move,
    memory: remember(earlier),
    said: heard?.text ?? null,
  });
  return {
    messages: prompt,
    nextState: state,
    heardState: hear(before, words),
    interviewOver: state.phase === 'closed',
  };
}

/** Where the interview stands; at its beginning before the first turn. */
export async function interviewStateOf({ session, material }: RunningTurn): Promise<InterviewState> {
  if (session.interviewState !== null) return interviewStateSchema.parse(session.interviewState);
  const { questions } = await material;
  const { maxFollowUps, rambleWords, rambleSeconds } = interviewerSettingsSchema.parse(session.interviewer);
  return startInterview({
    language: session.language,
    limits: { maxFollowUps, rambleWords, rambleMs: rambleSeconds * 1_000 },
    questions: questions.map(({ text, expectedSignals }) => ({
      text,
      expectedSignals: z.array(expectedSignalSchema).parse(expectedSignals),
    })),
  });
}
