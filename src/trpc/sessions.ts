import { z } from 'zod';
import { deletionSchema } from '../interview/account-deletion.ts';
import { exportSession } from '../interview/export.ts';
import { sessionHistory } from '../interview/history.ts';
import {
  createSessionInput,
  historySchema,
  idSchema,
  pageInput,
  sessionExportSchema,
  sessionListSchema,
  sessionSchema,
  sessionSummarySchema,
} from '../interview/schemas.ts';
import { createSession, deleteSession, endSession, getSession, listSessions } from '../interview/sessions.ts';
import { sessionUsage, sessionUsageSchema } from '../interview/usage.ts';
import { procedure, router } from './init.ts';

const byId = z.object({ sessionId: idSchema });

export const sessionsRouter = router({
  create: procedure
    .input(createSessionInput)
    .output(sessionSchema)
    .mutation(({ ctx, input }) => createSession(ctx.caller, input)),
  get: procedure
    .input(byId)
    .output(sessionSchema)
    .query(({ ctx, input }) => getSession(ctx.caller, input.sessionId)),
  list: procedure
    .input(pageInput.prefault({}))
    .output(sessionListSchema)
    .query(({ ctx, input }) => listSessions(ctx.caller, input)),
  history: procedure
    .input(pageInput.prefault({}))
    .output(historySchema)
    .query(({ ctx, input }) => sessionHistory(ctx.caller, input)),
  end: procedure
    .input(byId)
    .output(sessionSummarySchema)
    .mutation(({ ctx, input }) => endSession(ctx.caller, input.sessionId)),
  delete: procedure
    .input(byId)
    .output(deletionSchema)
    .mutation(({ ctx, input }) => deleteSession(ctx.caller, input.sessionId)),
  export: procedure
    .input(byId)
    .output(sessionExportSchema)
    .query(({ ctx, input }) => exportSession(ctx.caller, input.sessionId)),
  /** Tokens, audio and characters by model, with an estimated cost. */
  usage: procedure
    .input(byId)
    .output(sessionUsageSchema)
    .query(({ ctx, input }) => sessionUsage(ctx.caller, input.sessionId)),
});
