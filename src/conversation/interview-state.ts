import { z } from 'zod';

const signalSchema = z.object({ id: z.string(), description: z.string(), weight: z.number() });
const questionSchema = z.object({ text: z.string(), expectedSignals: z.array(signalSchema) });
const count = z.number().int().nonnegative();

export const interviewLimitsSchema = z.object({
  /** Follow-ups to one question. */
  maxFollowUps: count.max(5).default(2),
  /** Pauses, repetitions, questions of the candidate and the like per question; after that the interview moves on. */
  maxDetours: count.max(10).default(3),
  /** One turn with more words than this is wound down. */
  rambleWords: z.number().int().positive().default(350),
  /** One turn longer than this is wound down too, unless most of it was silence. */
  rambleMs: z.number().int().positive().default(180_000),
});

export const saidSchema = z.object({ text: z.string(), words: count, durationMs: z.number().nonnegative().nullable() });

const progressSchema = z.object({
  followUps: count,
  detours: count,
  windDowns: count,
  /** In the order of the question's signals. `support` is an estimate, 0–1: see `estimateSupport`. */
  signals: z.array(z.object({ support: z.number(), followedUp: z.boolean() })),
});

/** Where an interview stands: plain JSON, stored with its session. */
export const interviewStateSchema = z.object({
  language: z.string(),
  limits: interviewLimitsSchema,
  questions: z.array(questionSchema),
  /** `waiting`: nobody has been greeted yet. */
  phase: z.enum(['waiting', 'asking', 'closed']),
  questionIndex: count,
  /** What the last follow-up to the current question asked about; null: the question itself is open. */
  openSignalId: z.string().nullable(),
  /** One for each question. */
  progress: z.array(progressSchema),
  /** The candidate's latest turn; null until there is one. */
  said: saidSchema.nullable(),
});

export type InterviewQuestion = z.infer<typeof questionSchema>;
export type InterviewLimits = z.infer<typeof interviewLimitsSchema>;
export type Said = z.infer<typeof saidSchema>;
export type QuestionProgress = z.infer<typeof progressSchema>;
export type InterviewState = z.infer<typeof interviewStateSchema>;

/** What the interviewer does next. Each is one reply. */
export type Move =
  /** Welcomes the candidate and asks the first question. */
  | { kind: 'greet'; questionIndex: number }
  /** Takes leave of the last answer and asks this question. */
  | { kind: 'ask'; questionIndex: number }
  | { kind: 'follow_up'; questionIndex: number; signalId: string }
  | { kind: 'let_think'; questionIndex: number }
  | { kind: 'wind_down_ramble'; questionIndex: number }
  /** `signalId`: the follow-up that is still open, if it is one. */
  | { kind: 'answer_candidate'; questionIndex: number; wants: 'repetition' | 'answer'; signalId: string | null }
  | { kind: 'stay_in_role'; questionIndex: number; signalId: string | null }
  | { kind: 'close' };

/** An interview that has not begun. `limits` left out take their defaults. */
export function startInterview(start: {
  questions: InterviewQuestion[];
  /** BCP 47 */
  language: string;
  limits?: Partial<InterviewLimits>;
}): InterviewState {
  return {
    language: start.language,
    limits: interviewLimitsSchema.parse(start.limits ?? {}),
    questions: start.questions.map(({ text, expectedSignals }) => ({
      text,
      expectedSignals: expectedSignals.map(({ id, description, weight }) => ({ id, description, weight })),
    })),
    phase: 'waiting',
    questionIndex: 0,
    openSignalId: null,
    progress: start.questions.map(({ expectedSignals }) => ({
      followUps: 0,
      detours: 0,
      windDowns: 0,
      signals: expectedSignals.map(() => ({ support: 0, followedUp: false })),
    })),
    said: null,
  };
}
