import { z } from 'zod';
import { chooseAnswer, getAnswer, listAnswers, retryAnswer, submitText, watchAnswer } from '../interview/answers.ts';
import { answerListInput, answerListSchema, answerSchema, idSchema, submitTextInput } from '../interview/schemas.ts';
import { procedure, router } from './init.ts';
import { live } from './live.ts';

const byId = z.object({ answerId: idSchema });

export const answersRouter = router({
  list: procedure
    .input(answerListInput.prefault({}))
    .output(answerListSchema)
    .query(({ ctx, input }) => listAnswers(ctx.caller, input)),
  get: procedure
    .input(byId)
    .output(answerSchema)
    .query(({ ctx, input }) => getAnswer(ctx.caller, input.answerId)),
  submitText: procedure
    .input(submitTextInput)
    .output(answerSchema)
    .mutation(({ ctx, input }) => submitText(ctx.caller, input)),
  /** Makes an earlier take the one that counts. */
  choose: procedure
    .input(byId)
    .output(answerSchema)
    .mutation(({ ctx, input }) => chooseAnswer(ctx.caller, input.answerId)),
  retry: procedure
    .input(byId)
    .output(answerSchema)
    .mutation(({ ctx, input }) => retryAnswer(ctx.caller, input.answerId)),
  /** The answer now and after every change, until its transcript is there or has failed. */
  onTranscript: procedure
    .input(byId)
    .subscription(({ ctx, input, signal }) =>
      live(ctx, signal, (ended) => watchAnswer(ctx.caller, input.answerId, ended)),
    ),
});
