import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { requireIdentity } from '../auth/plugin.ts';
import { DomainError } from '../errors.ts';
import { assertAnswerable, awaitTranscript, submitRecording } from '../interview/answers.ts';
import type { InterviewDeps } from '../interview/context.ts';
import { getEvaluation, runEvaluation } from '../interview/evaluation.ts';
import { sessionHistory } from '../interview/history.ts';
import { awaitSpeech, getQuestion } from '../interview/questions.ts';
import { createSessionInput, idSchema } from '../interview/schemas.ts';
import { createSession, getSession, getSummary } from '../interview/sessions.ts';
import { findAudio } from '../interview/stored-audio.ts';
import { sendAudio } from './audio.ts';
import {
  generateQuestionsBody,
  generateQuestionsReply,
  historyQuery,
  historyReply,
  questionParams,
  submitAllBody,
  submitAllReply,
  submitAnswerReply,
} from './audio-interview-schemas.ts';
import {
  answerToWire,
  evaluationsToWire,
  questionToWire,
  reportToWire,
  summaryToWire,
} from './audio-interview-wire.ts';
import { callerOf } from './caller.ts';
import { receiveRecording } from './multipart.ts';

/** How long an answer to the briefs' clients waits for speech and transcripts, which they expect inside it. */
const patienceMs = 120_000;
const tags = ['Audio interview'];
const security = [{ bearer: [] }];

/** Brief 2, field for field: thin adapters over the verbs. Registered bare and under `/api`. */
export async function audioInterviewRoutes(scope: FastifyInstance, deps: InterviewDeps): Promise<void> {
  await scope.register(multipart, { throwFileSizeLimit: true });
  const app = scope.withTypeProvider<ZodTypeProvider>();
  // Who is asking comes before what: a stranger learns nothing from how a body is refused.
  app.addHook('onRequest', async (request) => {
    requireIdentity(request);
  });

  app.post(
    '/audio-interview/questions',
    {
      schema: {
        tags,
        security,
        summary: 'Write questions for a job and a CV, and speak them',
        body: generateQuestionsBody,
        response: { 201: generateQuestionsReply },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, reply, deps);
      const { job_description, cv_id, cv_text, question_count, voice_id, ...rest } = request.body;
      const input = createSessionInput.parse({
        ...rest,
        jobDescription: job_description,
        cvId: cv_id,
        cvText: cv_text,
        questionCount: question_count,
        voice: voice_id,
      });
      const session = await createSession(caller, input);
      const questions = await awaitSpeech(caller, session.id, patienceMs);
      return reply.status(201).send({
        session_id: session.id,
        questions: questions.map(questionToWire),
        voice_id: session.voice,
        language: session.language,
        instructions:
          'Listen to each question, record your audio answer, then use /api/audio-interview/submit-all-answers/ for batch evaluation.',
        flow: 'audio_batch_processing',
      });
    },
  );

  app.get(
    '/audio-interview/question/:question_id/audio',
    { schema: { tags, security, summary: 'The spoken question (MP3, with Range)', params: questionParams } },
    async (request, reply) => {
      const caller = callerOf(request, reply, deps);
      const question = await getQuestion(caller, request.params.question_id);
      if (!question.audio) {
        if (question.speechState === 'pending') {
          const message = 'This question is still being spoken. Try again in a moment.';
          throw new DomainError('unavailable', message, { retryAfterMs: 1_000 });
        }
        throw new DomainError('conflict', question.speechError ?? 'This question was not to be spoken. Read its text.');
      }
      return sendAudio(request, reply, deps.storage, await findAudio(caller, question.audio.id));
    },
  );

  app.post(
    '/audio-interview/submit-answer',
    {
      schema: {
        tags,
        security,
        summary: 'Submit a recorded answer (multipart: question_id, audio_file)',
        consumes: ['multipart/form-data'],
        response: { 201: submitAnswerReply },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, reply, deps);
      const { recording, fields } = await receiveRecording(request, caller);
      const questionId = idSchema.safeParse(fields.get('question_id'));
      try {
        if (!questionId.success) {
          throw new DomainError('invalid_input', 'question_id: give the id of the question that is answered, a UUID.');
        }
        await assertAnswerable(caller, questionId.data);
      } catch (error) {
        await recording.discard();
        throw error;
      }
      const { id } = await submitRecording(caller, { questionId: questionId.data, recording });
      return reply.status(201).send(answerToWire(await awaitTranscript(caller, id, patienceMs)));
    },
  );

  app.post(
    '/audio-interview/submit-all-answers',
    {
      schema: {
        tags,
        security,
        summary: 'Evaluate every answer of a session',
        body: submitAllBody,
        response: { 200: submitAllReply },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, reply, deps);
      const report = await runEvaluation(caller, request.body.session_id);
      return reportToWire(report, await getSummary(caller, report.sessionId));
    },
  );

  app.get(
    '/audio-interview/history',
    {
      schema: {
        tags,
        security,
        summary: 'Past sessions, newest first; with session_id one session in detail',
        querystring: historyQuery,
        response: { 200: historyReply },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, reply, deps);
      const { limit, cursor, session_id } = request.query;
      if (session_id) {
        const [session, report] = await Promise.all([
          getSession(caller, session_id),
          getEvaluation(caller, session_id),
        ]);
        const detail = {
          ...summaryToWire(session),
          questions: session.questions.map(questionToWire),
          evaluations: evaluationsToWire(report),
        };
        return { sessions: [detail], total_sessions: 1, next_cursor: null, interview_type: 'audio' as const };
      }
      const { items, totalSessions, nextCursor } = await sessionHistory(caller, { limit, cursor });
      return {
        sessions: items.map(summaryToWire),
        total_sessions: totalSessions,
        next_cursor: nextCursor,
        interview_type: 'audio' as const,
      };
    },
  );
}
