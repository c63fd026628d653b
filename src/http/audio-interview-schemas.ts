import { z } from 'zod';
import { categorySchema, createSessionInput, difficultySchema, idSchema } from '../interview/schemas.ts';
import { voiceSchema } from '../speech/voices.ts';

/** Brief 2's wire: snake_case, durations in seconds. The rules behind the fields are those of `interview/schemas.ts`. */
const rules = createSessionInput.shape;

export const generateQuestionsBody = z
  .object(
    {
      job_description: rules.jobDescription.describe('What the job is about. Required.'),
      cv_id: rules.cvId,
      cv_text: rules.cvText,
      question_count: rules.questionCount,
      difficulty: rules.difficulty,
      voice_id: rules.voice,
      language: rules.language,
    },
    { error: 'Send a JSON object with a job_description.' },
  )
  .refine((body) => !(body.cv_id && body.cv_text), {
    path: ['cv_text'],
    error: 'Give either the id of an uploaded CV or its text, not both.',
  });

const seconds = z.number().describe('Seconds');

const questionWire = z.object({
  id: idSchema,
  question: z.string(),
  category: categorySchema,
  difficulty: difficultySchema,
  tips: z.string(),
  expected_answer_focus: z.string(),
  audio_file_path: z.string().nullable(),
  audio_duration: seconds.nullable(),
  has_audio: z.boolean(),
});

export const generateQuestionsReply = z.object({
  session_id: idSchema,
  questions: z.array(questionWire),
  voice_id: voiceSchema,
  language: z.string(),
  instructions: z.string(),
  flow: z.literal('audio_batch_processing'),
});

export const questionParams = z.object({ question_id: idSchema });

export const submitAnswerReply = z.object({
  answer_id: idSchema,
  question_id: idSchema,
  audio_file_path: z.string(),
  transcribed_text: z.string().describe('Empty while transcription_status is not "done"'),
  audio_duration: seconds,
  transcription_confidence: z.number().nullable().describe('0–1; null where the model gives none'),
  submitted_at: z.iso.datetime(),
  transcription_status: z.enum(['pending', 'done', 'no_speech', 'failed']),
  message: z.string().optional().describe('What to do when there is no transcript yet'),
});

export const submitAllBody = z.object({ session_id: idSchema }, { error: 'Send a JSON object with a session_id.' });

const quoteWire = z.object({ text: z.string(), start: seconds.nullable(), end: seconds.nullable() });

export const submitAllReply = z.object({
  session_id: idSchema,
  total_questions: z.number().int(),
  total_evaluations: z.number().int(),
  average_score: z.number().nullable(),
  evaluations: z.array(
    z.object({
      evaluation_id: idSchema,
      answer_id: idSchema,
      question_id: idSchema,
      question: z.string(),
      transcribed_text: z.string(),
      audio_duration: seconds.nullable(),
      transcription_confidence: z.number().nullable(),
      evaluation: z.object({
        overall_score: z.number().int().min(0).max(100),
        strengths: z.array(z.string()),
        weaknesses: z.array(z.string()),
        correct_answer: z.string(),
        answer_analysis: z.string(),
        improvement_tips: z.array(z.string()),
        follow_up_questions: z.array(z.string()),
        signals: z.array(
          z.object({
            description: z.string(),
            support: z.enum(['full', 'partial', 'none']),
            quotes: z.array(quoteWire),
          }),
        ),
      }),
    }),
  ),
  failures: z.array(
    z.object({ question_id: idSchema, answer_id: idSchema, reason: z.string(), retryable: z.boolean() }),
  ),
  session_complete: z.boolean(),
  interview_type: z.literal('audio'),
  voice_id: voiceSchema,
  language: z.string(),
  message: z.string(),
});

export const historyQuery = z.object({
  limit: z.coerce.number('limit is a number from 1 to 100.').int().min(1).max(100).default(10),
  session_id: idSchema.optional(),
  cursor: idSchema.optional(),
});

const historySession = z.object({
  id: idSchema,
  job_description: z.string(),
  difficulty: difficultySchema,
  voice_id: voiceSchema,
  language: z.string(),
  created_at: z.iso.datetime(),
  question_count: z.number().int(),
  answered_questions: z.number().int(),
  completion_rate: z.number(),
  average_score: z.number().nullable(),
  interview_type: z.literal('audio'),
});

export const historyReply = z.object({
  sessions: z.array(
    historySession.extend({
      questions: z.array(questionWire).optional().describe('Only with session_id'),
      evaluations: submitAllReply.shape.evaluations.optional().describe('Only with session_id'),
    }),
  ),
  total_sessions: z.number().int(),
  next_cursor: idSchema.nullable(),
  interview_type: z.literal('audio'),
});

export type GenerateQuestionsBody = z.output<typeof generateQuestionsBody>;
export type QuestionWire = z.output<typeof questionWire>;
export type SubmitAnswerReply = z.output<typeof submitAnswerReply>;
export type SubmitAllReply = z.output<typeof submitAllReply>;
export type HistorySession = z.output<typeof historySession>;
