import { z } from 'zod';

/** What brief 2 promises, key for key; whatever else is in a reply fails. Ours are named as such. */

const id = z.uuid();
const seconds = z.number().positive();
const question = z.strictObject({
  id,
  question: z.string().min(10),
  category: z.enum(['behavioral', 'technical', 'situational', 'experience', 'motivation']),
  difficulty: z.enum(['easy', 'medium', 'hard']),
  tips: z.string().min(1),
  expected_answer_focus: z.string().min(1),
  audio_file_path: z.string().regex(/^audio\/questions\/[0-9a-f-]{36}\.mp3$/),
  audio_duration: seconds,
  has_audio: z.literal(true),
});
export const questionsReply = z.strictObject({
  session_id: id,
  questions: z.array(question),
  voice_id: z.string(),
  language: z.string(),
  instructions: z.literal(
    'Listen to each question, record your audio answer, then use /api/audio-interview/submit-all-answers/ for batch evaluation.',
  ),
  flow: z.literal('audio_batch_processing'),
});
/** `transcription_status` is ours: it tells an empty transcript from one that is still being made. */
export const answerReply = z.strictObject({
  answer_id: id,
  question_id: id,
  audio_file_path: z.string().regex(/^audio\/answers\/[0-9a-f-]{36}\.(mp3|wav)$/),
  transcribed_text: z.string().min(1),
  audio_duration: seconds,
  transcription_confidence: z.number().min(0).max(1).nullable(),
  submitted_at: z.iso.datetime(),
  transcription_status: z.literal('done'),
});
/** `signals` is ours: the quotes that the score rests on, with their seconds in the recording. */
const evaluated = z.strictObject({
  evaluation_id: id,
  answer_id: id,
  question_id: id,
  question: z.string(),
  transcribed_text: z.string(),
  audio_duration: seconds.nullable(),
  transcription_confidence: z.number().min(0).max(1).nullable(),
  evaluation: z.strictObject({
    overall_score: z.number().int().min(0).max(100),
    strengths: z.array(z.string()),
    weaknesses: z.array(z.string()),
    correct_answer: z.string().min(1),
    answer_analysis: z.string().min(1),
    improvement_tips: z.array(z.string()),
    follow_up_questions: z.array(z.string()).min(1),
    signals: z.array(
      z.strictObject({
        description: z.string(),
        support: z.enum(['full', 'partial', 'none']),
        quotes: z.array(z.strictObject({ text: z.string(), start: z.number().nullable(), end: z.number().nullable() })),
      }),
    ),
  }),
});
/** `failures` is ours: what could not be evaluated, and whether trying again may help. */
export const evaluationReply = z.strictObject({
  session_id: id,
  total_questions: z.number().int(),
  total_evaluations: z.number().int(),
  average_score: z.number().min(0).max(100),
  evaluations: z.array(evaluated),
  failures: z.array(z.never()),
  session_complete: z.boolean(),
  interview_type: z.literal('audio'),
  voice_id: z.string(),
  language: z.string(),
  message: z.literal('All audio answers evaluated successfully using batch AI processing'),
});
const summary = z.strictObject({
  id,
  job_description: z.string(),
  difficulty: z.string(),
  voice_id: z.string(),
  language: z.string(),
  created_at: z.iso.datetime(),
  question_count: z.number().int(),
  answered_questions: z.number().int(),
  completion_rate: z.number(),
  average_score: z.number().nullable(),
  interview_type: z.literal('audio'),
});
/** `next_cursor` is ours: where the next page begins. */
export const historyReply = z.strictObject({
  sessions: z.array(summary),
  total_sessions: z.number().int(),
  next_cursor: id.nullable(),
  interview_type: z.literal('audio'),
});
export const detailReply = historyReply.extend({
  sessions: z.array(summary.extend({ questions: z.array(question), evaluations: z.array(evaluated) })).length(1),
});
