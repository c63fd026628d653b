import { answersRouter } from './answers.ts';
import { authRouter } from './auth.ts';
import { chatRouter } from './chat.ts';
import { evaluationRouter } from './evaluation.ts';
import { router } from './init.ts';
import { questionsRouter } from './questions.ts';
import { realtimeRouter } from './realtime.ts';
import { sessionsRouter } from './sessions.ts';
import { voicesRouter } from './voices.ts';

export const appRouter = router({
  auth: authRouter,
  sessions: sessionsRouter,
  questions: questionsRouter,
  answers: answersRouter,
  evaluation: evaluationRouter,
  chat: chatRouter,
  realtime: realtimeRouter,
  voices: voicesRouter,
});

export type AppRouter = typeof appRouter;
