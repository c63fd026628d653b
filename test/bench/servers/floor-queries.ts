/** What the bare servers ask the database: a row by its id, and a history in one query. No owner, no joins for a row. */
export const questionById = {
  name: 'question',
  text: `select id, session_id as "sessionId", position, text, category, difficulty, tips,
    expected_answer_focus as "expectedAnswerFocus", expected_signals as "expectedSignals",
    speech_state as "speechState", speech_error as "speechError", audio_id as "audioId" from questions where id = $1`,
};

export const answerById = {
  name: 'answer',
  text: `select id, question_id as "questionId", take, kind, audio_id as "audioId",
    transcript_state as "transcriptState", transcript, confidence, words, failure,
    submitted_at as "submittedAt" from answers where id = $1`,
};

export const historyOf = {
  name: 'history',
  text: `select json_agg(page) as items from (
    select s.id, s.job_description as "jobDescription", s.difficulty, s.voice, s.language, s.state,
      s.evaluation_state as "evaluationState", s.question_count as "questionCount", s.average_score as "averageScore",
      s.created_at as "createdAt", s.ended_at as "endedAt",
      (select json_agg(json_build_object('answerId', a.id, 'questionId', q.id, 'position', q.position,
          'question', q.text, 'category', q.category, 'durationMs', f.duration_ms, 'score', e.score) order by q.position)
        from questions q join answers a on a.question_id = q.id
        left join audio_files f on f.id = a.audio_id left join evaluations e on e.answer_id = a.id
        where q.session_id = s.id) as answers
    from sessions s where s.user_id = $1 order by s.id desc limit 20) page`,
};
