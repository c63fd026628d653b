import { z } from 'zod';
import { getEvaluation, runEvaluation, watchEvaluation } from '../interview/evaluation.ts';
import { evaluationReportSchema, idSchema } from '../interview/schemas.ts';
import { procedure, router } from './init.ts';
import { live } from './live.ts';

const bySession = z.object({ sessionId: idSchema });

export const evaluationRouter = router({
  run: procedure
    .input(bySession)
    .output(evaluationReportSchema)
    .mutation(({ ctx, input }) => runEvaluation(ctx.caller, input.sessionId)),
  get: procedure
    .input(bySession)
    .output(evaluationReportSchema)
    .query(({ ctx, input }) => getEvaluation(ctx.caller, input.sessionId)),
  /** How many answers are done, now and after each one, until the run is over. */
  onProgress: procedure
    .input(bySession)
    .subscription(({ ctx, input, signal }) =>
      live(ctx, signal, (ended) => watchEvaluation(ctx.caller, input.sessionId, ended)),
    ),
});
