import type pg from 'pg';

/**
 * The hot reads, as prepared statements: Prisma's query compiler costs more than these queries do. Each returns rows
 * in the shape of the output schemas in `interview/schemas.ts`; every one is scoped to its owner.
 */

const isoTime = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const audioJson = (
  alias: string,
) => `case when ${alias}.id is null or ${alias}.gone_at is not null then null else json_build_object(
  'id', ${alias}.id, 'url', '/audio/' || ${alias}.id, 'path', 'audio/' || ${alias}.storage_key, 'mimeType', ${alias}.mime_type,
  'bytes', ${alias}.bytes, 'durationMs', ${alias}.duration_ms) end`;

const questionColumns = `q.id, q.session_id as "sessionId", q.position, q.text, q.category, q.difficulty, q.tips,
  q.expected_answer_focus as "expectedAnswerFocus", q.expected_signals as "expectedSignals",
  q.speech_state as "speechState", q.speech_error as "speechError", ${audioJson('f')} as audio`;

const summaryColumns = `s.id, s.job_description as "jobDescription", s.difficulty, s.voice, s.language, s.mode,
  s.follows_session_id as "followsSessionId", s.state,
  s.evaluation_state as "evaluationState", s.question_count as "questionCount",
  s.average_score as "averageScore", ${isoTime('s.created_at')} as "createdAt", ${isoTime('s.ended_at')} as "endedAt"`;

/** The take that counts: the one the candidate picked, else the last. */
const countedAnswer = `select a.* from answers a where a.question_id = q.id
  and (q.chosen_answer_id is null or a.id = q.chosen_answer_id) order by a.take desc limit 1`;

const questionSql = `select ${questionColumns}
  from questions q join sessions s on s.id = q.session_id left join audio_files f on f.id = q.audio_id
  where q.id = $1 and s.user_id = $2`;

const sessionQuestionsSql = `select ${questionColumns}
  from questions q join sessions s on s.id = q.session_id left join audio_files f on f.id = q.audio_id
  where q.session_id = $1 and s.user_id = $2 order by q.position`;

const answeredSql = `(select count(distinct a.question_id)::int from questions q join answers a on a.question_id = q.id
  where q.session_id = s.id)`;

const summarySql = `select ${summaryColumns}, ${answeredSql} as "answeredQuestions"
  from sessions s where s.user_id = $1 and s.id = $2`;

const summariesSql = `select ${summaryColumns}, ${answeredSql} as "answeredQuestions"
  from sessions s where s.user_id = $1 and ($2::uuid is null or s.id < $2) order by s.id desc limit $3`;

/** The answers of a session are joined as a set: a lookup for each one costs 3 times as much where tables are small. */
const historySql = `select ${summaryColumns}, answers, coalesce(json_array_length(answers), 0) as "answeredQuestions",
    (select count(*)::int from sessions where user_id = $1) as "totalSessions"
  from (select * from sessions where user_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3) s
  left join lateral (
    select json_agg(json_build_object('answerId', t.id, 'questionId', t.question_id, 'position', t.position,
      'question', t.text, 'category', t.category, 'durationMs', t.duration_ms, 'score', t.score) order by t.position) as answers
    from (
      select distinct on (q.position) q.position, q.id as question_id, q.text, q.category, a.id, f.duration_ms, e.score
      from questions q
      join answers a on a.question_id = q.id and (q.chosen_answer_id is null or a.id = q.chosen_answer_id)
      left join audio_files f on f.id = a.audio_id
      left join evaluations e on e.answer_id = a.id and e.outcome = 'done'
      where q.session_id = s.id order by q.position, a.take desc
    ) t
  ) taken on true
  order by s.id desc`;

const answerColumns = `a.id, a.question_id as "questionId", q.session_id as "sessionId", a.take, a.kind,
  a.id = (select id from (${countedAnswer}) counted) as counts, ${audioJson('f')} as audio, f.duration_ms as "durationMs",
  a.transcript_state as "transcriptState", a.transcript, a.confidence, a.words, a.failure,
  e.score, ${isoTime('a.submitted_at')} as "submittedAt"`;

const answerFrom = `from answers a join questions q on q.id = a.question_id join sessions s on s.id = q.session_id
  left join audio_files f on f.id = a.audio_id left join evaluations e on e.answer_id = a.id and e.outcome = 'done'`;

const answerSql = `select ${answerColumns} ${answerFrom} where a.id = $1 and s.user_id = $2`;

const answersSql = `select ${answerColumns} ${answerFrom} where s.user_id = $1
  and ($2::uuid is null or q.session_id = $2) and ($3::uuid is null or q.id = $3)
  and ($4::uuid is null or a.id < $4) order by a.id desc limit $5`;

const audioSql = `select f.id, f.storage_key as "storageKey", f.mime_type as "mimeType", f.bytes, f.sha256,
  f.gone_at is not null as gone
  from audio_files f where f.id = $1 and (f.user_id = $2 or f.kind = 'filler' or exists (
    select 1 from questions q join sessions s on s.id = q.session_id where q.audio_id = f.id and s.user_id = $2))`;

/** Whether a question can be answered; `takes.ts` asks the same again under a lock. */
export const answerabilitySql = `select s.state, u.consented_at is not null as consented
  from questions q join sessions s on s.id = q.session_id join users u on u.id = s.user_id
  where q.id = $1 and u.id = $2`;

const query = (name: string, text: string) => (pool: pg.Pool, values: unknown[]) =>
  pool.query({ name, text, values }).then((result) => result.rows);

/** Values: question id, user id. */
export const selectQuestion = query('question', questionSql);
/** Values: session id, user id. */
export const selectQuestions = query('session-questions', sessionQuestionsSql);
/** Values: user id, session id. */
export const selectSummary = query('session-summary', summarySql);
/** Values: user id, cursor or null, limit. Newest first. */
export const selectSummaries = query('session-summaries', summariesSql);
/** Values: user id, cursor or null, limit. Newest first, each with the answers that count. */
export const selectHistory = query('history', historySql);
/** Values: answer id, user id. */
export const selectAnswer = query('answer', answerSql);
/** Values: user id, session id or null, question id or null, cursor or null, limit. Newest first. */
export const selectAnswers = query('answers', answersSql);
/** Values: audio id, user id. */
export const selectAudio = query('audio', audioSql);
/** Values: question id, user id. */
export const selectAnswerability = query('answerability', answerabilitySql);
