import type { AnswerView, EvaluationReport, QuestionView, SessionSummary } from '../interview/schemas.ts';
import type { HistorySession, QuestionWire, SubmitAllReply, SubmitAnswerReply } from './audio-interview-schemas.ts';

/** Our views in brief 2's words. Pure. */

const seconds = (ms: number) => Math.round(ms / 100) / 10;
const secondsOrNull = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : ms / 1000);

export function questionToWire(question: QuestionView): QuestionWire {
  return {
    id: question.id,
    question: question.text,
    category: question.category,
    difficulty: question.difficulty,
    tips: question.tips,
    expected_answer_focus: question.expectedAnswerFocus,
    audio_file_path: question.audio?.path ?? null,
    audio_duration: question.audio && seconds(question.audio.durationMs),
    has_audio: question.audio !== null,
  };
}

export function answerToWire(answer: AnswerView): SubmitAnswerReply {
  return {
    answer_id: answer.id,
    question_id: answer.questionId,
    audio_file_path: answer.audio?.path ?? '',
    transcribed_text: answer.transcript ?? '',
    audio_duration: seconds(answer.durationMs ?? 0),
    transcription_confidence: answer.confidence,
    submitted_at: answer.submittedAt,
    transcription_status: answer.transcriptState,
    ...(answer.transcriptState !== 'done' && {
      message: answer.failure ?? 'The recording is safe; its transcript follows.',
    }),
  };
}

export function evaluationsToWire(report: EvaluationReport): SubmitAllReply['evaluations'] {
  return report.evaluations.map((item) => ({
    evaluation_id: item.evaluationId,
    answer_id: item.answerId,
    question_id: item.questionId,
    question: item.question,
    transcribed_text: item.transcript,
    audio_duration: item.durationMs === null ? null : seconds(item.durationMs),
    transcription_confidence: item.confidence,
    evaluation: {
      overall_score: item.score,
      strengths: item.strengths,
      weaknesses: item.weaknesses,
      correct_answer: item.correctAnswer,
      answer_analysis: item.analysis,
      improvement_tips: item.improvementTips,
      follow_up_questions: item.followUpQuestions,
      signals: item.signals.map(({ description, support, quotes }) => ({
        description,
        support,
        quotes: quotes.map((quote) => ({
          text: quote.text,
          start: secondsOrNull(quote.startMs),
          end: secondsOrNull(quote.endMs),
        })),
      })),
    },
  }));
}

export function reportToWire(report: EvaluationReport, session: SessionSummary): SubmitAllReply {
  const { evaluations, failures, totalQuestions } = report;
  const all = failures.length === 0;
  return {
    session_id: session.id,
    total_questions: totalQuestions,
    total_evaluations: evaluations.length,
    average_score: report.averageScore,
    evaluations: evaluationsToWire(report),
    failures: failures.map(({ questionId, answerId, reason, retryable }) => ({
      question_id: questionId,
      answer_id: answerId,
      reason,
      retryable,
    })),
    session_complete: evaluations.length === totalQuestions,
    interview_type: 'audio',
    voice_id: session.voice,
    language: session.language,
    message: all
      ? 'All audio answers evaluated successfully using batch AI processing'
      : `${evaluations.length} of ${evaluations.length + failures.length} answers evaluated; see failures for the rest`,
  };
}

export function summaryToWire(session: SessionSummary): HistorySession {
  return {
    id: session.id,
    job_description: session.jobDescription,
    difficulty: session.difficulty,
    voice_id: session.voice,
    language: session.language,
    created_at: session.createdAt,
    question_count: session.questionCount,
    answered_questions: session.answeredQuestions,
    completion_rate: session.completionRate,
    average_score: session.averageScore,
    interview_type: 'audio',
  };
}
