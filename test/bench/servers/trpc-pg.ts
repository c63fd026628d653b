/** The smallest tRPC server over `pg`: prepared statements, zod in and out, no sign-in, no ownership. */
import { initTRPC } from '@trpc/server';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import Fastify from 'fastify';
import pg from 'pg';
import { z } from 'zod';
import { answerSchema, questionSchema } from '../../../src/interview/schemas.ts';
import { answerById, questionById } from './floor-queries.ts';
import { endWithParent, settingsOf, tell } from './parent.ts';

const { databaseUrl } = settingsOf(z.object({ databaseUrl: z.string() }));
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const { router, procedure } = initTRPC.create();
const audioId = z.uuid().nullable();
const appRouter = router({
  questions: router({
    get: procedure
      .input(z.object({ questionId: z.uuid() }))
      .output(questionSchema.omit({ audio: true }).extend({ audioId }))
      .query(async ({ input }) => (await pool.query({ ...questionById, values: [input.questionId] })).rows[0]),
  }),
  answers: router({
    get: procedure
      .input(z.object({ answerId: z.uuid() }))
      .output(
        answerSchema
          .omit({ sessionId: true, counts: true, audio: true, durationMs: true, score: true })
          .extend({ audioId, submittedAt: z.date() }),
      )
      .query(async ({ input }) => (await pool.query({ ...answerById, values: [input.answerId] })).rows[0]),
  }),
});
const app = Fastify({ routerOptions: { maxParamLength: 5_000 } });
await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router: appRouter } });
const url = await app.listen({ port: 0, host: '127.0.0.1' });
endWithParent(() => pool.end());
tell({ url });
