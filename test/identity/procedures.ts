import { z } from 'zod';
import { appRouter } from '../../src/trpc/router.ts';
import { goodAnswer } from '../api/support/interviews.ts';
import type { ProcedureEntry } from './entry.ts';

const bySession: ProcedureEntry = { names: ({ sessionId }) => ({ sessionId }) };
const byQuestion: ProcedureEntry = { names: ({ questionId }) => ({ questionId }) };
const byAnswer: ProcedureEntry = { names: ({ answerId }) => ({ answerId }) };
const page: ProcedureEntry = { cursor: (cursor) => ({ cursor }) };

/** Every procedure there is, and who may call it: one without a line here fails `matrix.test.ts`. `{}`: the signed in. */
export const procedures: Record<string, ProcedureEntry> = {
  'auth.guest': { open: true },
  'auth.register': { open: true },
  'auth.login': { open: true },
  'auth.refresh': { open: true },
  'auth.logout': { open: true },
  'auth.me': {},
  'auth.consent': {},
  'auth.consents': {},
  'auth.withdrawConsent': {},
  'auth.deleteAccount': {},
  'sessions.create': { names: ({ cvId }) => ({ jobDescription: 'Baker', cvId }) },
  'sessions.get': bySession,
  'sessions.list': page,
  'sessions.history': page,
  'sessions.end': bySession,
  'sessions.delete': bySession,
  'sessions.export': bySession,
  'sessions.usage': bySession,
  'questions.list': bySession,
  'questions.get': byQuestion,
  'questions.respeak': byQuestion,
  'questions.practise': { names: ({ answerId }) => ({ answerId, index: 0 }) },
  'questions.onReady': bySession,
  'answers.list': { names: ({ sessionId, questionId }) => ({ sessionId, questionId }), ...page },
  'answers.get': byAnswer,
  'answers.submitText': { names: ({ questionId }) => ({ questionId, text: goodAnswer }) },
  'answers.choose': byAnswer,
  'answers.retry': byAnswer,
  'answers.onTranscript': byAnswer,
  'evaluation.run': bySession,
  'evaluation.get': bySession,
  'evaluation.onProgress': bySession,
  'chat.onEvent': bySession,
  'chat.begin': bySession,
  'chat.say': { names: ({ sessionId }) => ({ sessionId, text: goodAnswer }) },
  'chat.retry': bySession,
  'chat.interrupt': { names: ({ sessionId }) => ({ sessionId, heardMs: 1 }) },
  'chat.reset': bySession,
  'realtime.createClientSecret': bySession,
  'realtime.createCall': { names: ({ sessionId }) => ({ sessionId, sdp: 'v=0' }) },
  'realtime.hangUp': {},
  'realtime.createChatKitSession': {},
  'voices.list': { open: true },
  'voices.sample': {},
};

const definition = z.object({ type: z.enum(['query', 'mutation', 'subscription']) });
export type ProcedureType = z.output<typeof definition>['type'];

/** As the router itself has them. */
export const procedureTypes: ReadonlyMap<string, ProcedureType> = new Map(
  Object.entries(appRouter._def.procedures).map(([name, procedure]) => [
    name,
    definition.parse(Reflect.get(procedure, '_def')).type,
  ]),
);

export const protectedProcedures = Object.entries(procedures).flatMap(([name, entry]) =>
  entry.open ? [] : [{ name, ...entry }],
);
export const namingProcedures = Object.entries(procedures).flatMap(([name, { names }]) =>
  names ? [{ name, names }] : [],
);
export const pagingProcedures = Object.entries(procedures).flatMap(([name, { cursor }]) =>
  cursor ? [{ name, cursor }] : [],
);
