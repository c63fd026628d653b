import { z } from 'zod';
import { practiseFollowUp } from '../interview/follow-ups.ts';
import { getQuestion, listQuestions, respeakQuestion, watchQuestions } from '../interview/questions.ts';
import { idSchema, practiseInput, questionSchema, sessionSchema } from '../interview/schemas.ts';
import { voiceSchema } from '../speech/voices.ts';
import { procedure, router } from './init.ts';
import { live } from './live.ts';

export const questionsRouter = router({
  list: procedure
    .input(z.object({ sessionId: idSchema }))
    .output(z.array(questionSchema))
    .query(({ ctx, input }) => listQuestions(ctx.caller, input.sessionId)),
  get: procedure
    .input(z.object({ questionId: idSchema }))
    .output(questionSchema)
    .query(({ ctx, input }) => getQuestion(ctx.caller, input.questionId)),
  respeak: procedure
    .input(z.object({ questionId: idSchema, voice: voiceSchema.optional() }))
    .output(questionSchema)
    .mutation(({ ctx, input }) => respeakQuestion(ctx.caller, input)),
  /** Begins a new interview of one question, a follow-up question of an answer's evaluation, or goes on with it. */
  practise: procedure
    .input(practiseInput)
    .output(sessionSchema)
    .mutation(({ ctx, input }) => practiseFollowUp(ctx.caller, input)),
  /** Every question of a session, again whenever one can be heard, until all can or have failed. */
  onReady: procedure
    .input(z.object({ sessionId: idSchema }))
    .subscription(({ ctx, input, signal }) =>
      live(ctx, signal, (ended) => watchQuestions(ctx.caller, input.sessionId, ended)),
    ),
});
