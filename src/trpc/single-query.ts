import { callTRPCProcedure } from '@trpc/server';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { contextFactory } from './context.ts';
import type { AppRouter } from './router.ts';

export interface SingleQueryOptions {
  router: AppRouter;
  createContext: ReturnType<typeof contextFactory>;
}

/** A query by itself, its input in the address: https://trpc.io/docs/rpc */
const singleQuery = z.object({
  method: z.literal('GET'),
  params: z.object({ path: z.string() }),
  query: z.object({ input: z.string().optional(), batch: z.undefined().optional() }),
  headers: z.object({
    accept: z
      .string()
      .regex(/^(?!.*jsonl)/)
      .optional(),
    'trpc-accept': z.undefined().optional(),
  }),
});

/**
 * Answers single queries without the detour over web requests, responses and streams, which costs as much as everything
 * else about a small read. Batches, mutations, subscriptions and whatever fails are left to tRPC's own handler, which is to
 * be registered in the same scope after this.
 */
export function answerSingleQueries(scope: FastifyInstance, { router, createContext }: SingleQueryOptions): void {
  scope.addHook('preHandler', async (request, reply) => {
    const call = singleQuery.safeParse(request);
    if (!call.success) return;
    const { params, query } = call.data;
    let data: unknown;
    try {
      data = await callTRPCProcedure({
        router,
        path: params.path,
        type: 'query',
        ctx: createContext({ req: request, res: reply, trial: true }),
        getRawInput: async () => (query.input === undefined ? undefined : JSON.parse(query.input)),
        signal: undefined,
        batchIndex: 0,
      });
    } catch {
      // A query changes nothing: tRPC's handler asks again, meets the same error, logs it and words it for the client.
      return;
    }
    reply.header('content-type', 'application/json').header('vary', 'trpc-accept, accept');
    return reply.send(JSON.stringify({ result: { data } }));
  });
}
