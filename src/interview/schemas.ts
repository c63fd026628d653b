import { z } from 'zod';
import { voiceSchema } from '../speech/voices.ts';
import { languageSchema, visibleText } from './language.ts';
import { difficulties, questionCategories } from './question-drafts.ts';

/** Inputs and outputs of the verbs: the only copy. Times are ISO 8601 strings, durations milliseconds. */

const text = (what: string, max: number) =>
  z
    .string({ error: `The ${what} is missing. Send it as text.` })
    .overwrite(visibleText) // PostgreSQL cannot store NUL
    .trim()
    .min(1, `The ${what} is empty. Send it as text.`)
    .max(max, `The ${what} is longer than ${max.toLocaleString('en')} characters. Shorten it.`);

export const idSchema = z.uuid({ error: 'This id is not a UUID. Use an id that this server gave you.' });
const time = z.iso.datetime();
const durationMs = z.number().int().nonnegative();
const score = z.number().int().min(0).max(100);

export const difficultySchema = z.enum(difficulties, { error: 'Difficulty is easy, medium or hard.' });
export const categorySchema = z.enum(questionCategories);
/** `recorded`: answers one by one. `live`: a conversation. */
export const sessionModeSchema = z.enum(['recorded', 'live'], { error: 'The mode is recorded or live.' });

const wholeNumber = (min: number, max: number) =>
  z.number().int('must be a whole number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);

/** How the interviewer of a live conversation behaves. */
export const interviewerSettingsSchema = z.object({
  /** A short spoken acknowledgement ("Mm, thank you.") is played while the reply is being prepared. */
  acknowledge: z.boolean().default(false),
  maxFollowUps: wholeNumber(0, 5).default(2),
  /** An answer with more words than this is wound down politely, and so is one that takes longer. */
  rambleWords: wholeNumber(30, 5_000).default(350),
  rambleSeconds: wholeNumber(10, 3_600).default(180),
});

export const createSessionInput = z
  .object({
    jobDescription: text('job description', 20_000),
    cvId: idSchema.optional(),
    cvText: text('CV', 50_000).optional(),
    questionCount: z
      .number({ error: 'The number of questions is a number from 1 to 20.' })
      .int('Ask for a whole number of questions.')
      .min(1, 'Ask for at least 1 question.')
      .max(20, 'Ask for at most 20 questions.')
      .default(5),
    difficulty: difficultySchema.default('medium'),
    voice: voiceSchema.default('alloy'),
    language: languageSchema.default('en'),
    /** How it is to be held; `live` where it is not said but `speakQuestions` is false. */
    mode: sessionModeSchema.optional(),
    /**
     * Whether each is spoken ahead: by default not in a live conversation, where the interviewer says them. Then
     * `questions.respeak` speaks one on demand.
     */
    speakQuestions: z.boolean().optional(),
    interviewer: interviewerSettingsSchema.prefault({}),
  })
  .refine((input) => !(input.cvId && input.cvText), {
    path: ['cvText'],
    error: 'Give either the id of an uploaded CV or its text, not both.',
  });

export const expectedSignalSchema = z.object({ id: z.string(), description: z.string(), weight: z.number() });

/** A sound file: fetch `url` with the same token. */
export const audioSchema = z.object({
  id: idSchema,
  url: z.string(),
  /** The same file under brief 2's kind of name: `audio/answers/<id>.webm`. */
  path: z.string(),
  mimeType: z.string(),
  bytes: z.number().int(),
  durationMs,
});

export const questionSchema = z.object({
  id: idSchema,
  sessionId: idSchema,
  position: z.number().int(),
  text: z.string(),
  category: categorySchema,
  difficulty: difficultySchema,
  tips: z.string(),
  expectedAnswerFocus: z.string(),
  expectedSignals: z.array(expectedSignalSchema),
  /** `pending` until its own audio is there; other questions do not hold it up. `unspoken`: it was not to be spoken. */
  speechState: z.enum(['unspoken', 'pending', 'ready', 'failed']),
  speechError: z.string().nullable(),
  audio: audioSchema.nullable(),
});

export const sessionSummarySchema = z.object({
  id: idSchema,
  jobDescription: z.string(),
  difficulty: difficultySchema,
  voice: voiceSchema,
  language: z.string(),
  mode: sessionModeSchema,
  /** The interview whose follow-up question is practised here; null in any other. */
  followsSessionId: idSchema.nullable(),
  state: z.enum(['active', 'ended']),
  evaluationState: z.enum(['none', 'running', 'partial', 'complete']),
  questionCount: z.number().int(),
  answeredQuestions: z.number().int(),
  /** Percentage of questions answered, 0–100. */
  completionRate: z.number(),
  averageScore: z.number().nullable(),
  createdAt: time,
  endedAt: time.nullable(),
});

export const sessionSchema = sessionSummarySchema.extend({ questions: z.array(questionSchema) });

export const pageInput = z.object({
  limit: z.number().int().min(1, 'Ask for at least 1.').max(100, 'Ask for at most 100 at a time.').default(10),
  cursor: idSchema.optional(),
});

export const sessionListSchema = z.object({ items: z.array(sessionSummarySchema), nextCursor: idSchema.nullable() });

export const historySchema = z.object({
  items: z.array(
    sessionSummarySchema.extend({
      answers: z.array(
        z.object({
          answerId: idSchema,
          questionId: idSchema,
          position: z.number().int(),
          question: z.string(),
          category: categorySchema,
          durationMs: durationMs.nullable(),
          score: score.nullable(),
        }),
      ),
    }),
  ),
  totalSessions: z.number().int(),
  nextCursor: idSchema.nullable(),
});

export const timedWordSchema = z.object({ word: z.string(), startMs: z.number(), endMs: z.number() });

export const answerSchema = z.object({
  id: idSchema,
  questionId: idSchema,
  sessionId: idSchema,
  take: z.number().int(),
  kind: z.enum(['spoken', 'typed']),
  /** Whether this take is the one that is evaluated. */
  counts: z.boolean(),
  audio: audioSchema.nullable(),
  /** Of the recording, also once its sound is not kept any more; null for a typed answer. */
  durationMs: z.number().nullable(),
  /** `pending`: the recording is safe and waits for its transcript. `failed`: retry it, or type the answer. */
  transcriptState: z.enum(['pending', 'done', 'no_speech', 'failed']),
  transcript: z.string().nullable(),
  confidence: z.number().nullable(),
  words: z.array(timedWordSchema),
  failure: z.string().nullable(),
  /** Null until it was evaluated: only the takes that count are. */
  score: score.nullable(),
  submittedAt: time,
});

export const answerListInput = pageInput.extend({ sessionId: idSchema.optional(), questionId: idSchema.optional() });
export const answerListSchema = z.object({ items: z.array(answerSchema), nextCursor: idSchema.nullable() });
export const submitTextInput = z.object({ questionId: idSchema, text: text('answer', 20_000) });

export const verifiedQuoteSchema = z.object({
  text: z.string(),
  startIndex: z.number().int(),
  endIndex: z.number().int(),
  /** Where it is said in the recording; null for a typed answer. */
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
});

export const signalEvidenceSchema = z.object({
  id: z.string(),
  description: z.string(),
  weight: z.number(),
  support: z.enum(['full', 'partial', 'none']),
  quotes: z.array(verifiedQuoteSchema),
});

export const concernSchema = z.object({ kind: z.string(), quote: verifiedQuoteSchema.nullable() });

export const evaluatedAnswerSchema = z.object({
  evaluationId: idSchema,
  answerId: idSchema,
  questionId: idSchema,
  position: z.number().int(),
  question: z.string(),
  transcript: z.string(),
  durationMs: durationMs.nullable(),
  confidence: z.number().nullable(),
  audioUrl: z.string().nullable(),
  score,
  signals: z.array(signalEvidenceSchema),
  concerns: z.array(concernSchema),
  strengths: z.array(z.string()),
  weaknesses: z.array(z.string()),
  correctAnswer: z.string(),
  analysis: z.string(),
  improvementTips: z.array(z.string()),
  followUpQuestions: z.array(z.string()),
  model: z.string(),
  scoringVersion: z.string(),
});

export const evaluationReportSchema = z.object({
  sessionId: idSchema,
  state: z.enum(['none', 'running', 'partial', 'complete']),
  totalQuestions: z.number().int(),
  averageScore: z.number().nullable(),
  evaluations: z.array(evaluatedAnswerSchema),
  /** Answers that could not be judged, and what to do about each. */
  failures: z.array(z.object({ questionId: idSchema, answerId: idSchema, reason: z.string(), retryable: z.boolean() })),
});

export const evaluationProgressSchema = z.object({
  state: z.enum(['none', 'running', 'partial', 'complete']),
  done: z.number().int(),
  failed: z.number().int(),
  total: z.number().int(),
  averageScore: z.number().nullable(),
});

export const sessionExportSchema = z.object({
  exportedAt: time,
  session: sessionSchema,
  /** Every take, oldest first. */
  answers: z.array(answerSchema),
  evaluation: evaluationReportSchema,
});

/** A job description that was read from a file: to be looked over, then sent with `sessions.create`. Nothing is stored. */
export const jobDescriptionSchema = z.object({
  kind: z.enum(['pdf', 'docx', 'text']),
  text: z.string(),
  /** There were words in the file that a reader does not see; they are not in `text`. */
  hiddenText: z.boolean(),
});

export const practiseInput = z.object({
  answerId: idSchema,
  /** Which of its evaluation's `followUpQuestions`, from 0 on. */
  index: z.number().int().min(0).max(20),
});

export const cvSchema = z.object({
  id: idSchema,
  kind: z.enum(['pdf', 'docx', 'text']),
  characters: z.number().int(),
  /** There were words in the file that a reader does not see; no model is shown them. */
  hiddenText: z.boolean(),
});

export type CreateSessionInput = z.output<typeof createSessionInput>;
export type InterviewerSettings = z.output<typeof interviewerSettingsSchema>;
export type PageInput = z.output<typeof pageInput>;
export type QuestionView = z.output<typeof questionSchema>;
export type SessionSummary = z.output<typeof sessionSummarySchema>;
export type SessionView = z.output<typeof sessionSchema>;
export type HistoryPage = z.output<typeof historySchema>;
export type AnswerView = z.output<typeof answerSchema>;
export type ExpectedSignal = z.output<typeof expectedSignalSchema>;
export type SignalEvidence = z.output<typeof signalEvidenceSchema>;
export type EvaluationReport = z.output<typeof evaluationReportSchema>;
export type SessionExport = z.output<typeof sessionExportSchema>;
export type EvaluationProgress = z.output<typeof evaluationProgressSchema>;
