import { tracked } from '@trpc/server';
import { z } from 'zod';
import { followConversation, whereToFollow } from '../conversation/following.ts';
import { begin, interrupt, reset, retry, say } from '../conversation/turns.ts';
import { idSchema } from '../interview/schemas.ts';
import { procedure, router } from './init.ts';
import { live } from './live.ts';

const bySession = z.object({ sessionId: idSchema });
const turnStarted = z.object({ turnId: idSchema });

export const chatRouter = router({
  /** Every event of a session's conversation, from `lastEventId` on, or from the start of the turn that runs. */
  onEvent: procedure
    .input(bySession.extend({ lastEventId: z.coerce.number().int().nonnegative().nullish() }))
    .subscription(async ({ ctx, input, signal }) => {
      const place = { sessionId: input.sessionId, after: await whereToFollow(ctx.caller, input) };
      return live(ctx, signal, async function* (ended) {
        for await (const { id, event } of followConversation(ctx.caller, place, ended))
          yield tracked(String(id), event);
      });
    }),
  /** The interviewer opens the conversation. */
  begin: procedure
    .input(bySession)
    .output(turnStarted)
    .mutation(({ ctx, input }) => begin(ctx.caller, input)),
  say: procedure
    .input(
      bySession.extend({
        text: z
          .string('Say something.')
          .trim()
          .min(1, 'Say something: the text is empty.')
          .max(20_000, 'This is longer than 20,000 characters. Say it in parts.'),
      }),
    )
    .output(turnStarted)
    .mutation(({ ctx, input }) => say(ctx.caller, input)),
  /** Makes the reply of a turn that failed, from the words that were kept. */
  retry: procedure
    .input(bySession)
    .output(turnStarted)
    .mutation(({ ctx, input }) => retry(ctx.caller, input)),
  interrupt: procedure
    .input(bySession.extend({ heardMs: z.number().nonnegative() }))
    .output(z.object({ interrupted: z.boolean(), heardText: z.string().nullable() }))
    .mutation(({ ctx, input }) => interrupt(ctx.caller, input)),
  reset: procedure
    .input(bySession)
    .output(z.object({ reset: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await reset(ctx.caller, input.sessionId);
      return { reset: true };
    }),
});
