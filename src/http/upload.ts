import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { ConversationDeps } from '../conversation/context.ts';
import { sayAloud } from '../conversation/turns.ts';
import { assertAnswerable, submitRecording } from '../interview/answers.ts';
import { uploadCv } from '../interview/cvs.ts';
import { readJobDescription } from '../interview/job-descriptions.ts';
import { idSchema } from '../interview/schemas.ts';
import { callerOf } from './caller.ts';
import { receiveDocument, receiveRecording } from './multipart.ts';
import type { Pace } from './steady.ts';

export const maxDocumentBytes = 5_000_000;

/** Raw uploads: a scope of their own, because tRPC's plugin takes the body parsers of its scope away. */
export async function uploadRoutes(app: FastifyInstance, deps: ConversationDeps, pace?: Pace): Promise<void> {
  // Nothing here takes JSON: it is refused for what it is, not for how it is written.
  app.removeAllContentTypeParsers();
  await app.register(multipart, { throwFileSizeLimit: true });

  /** Answers once the recording is safe; its transcript follows (`answers.onTranscript`). */
  app.post<{ Params: { questionId: string } }>('/upload/answers/:questionId', async (request, reply) => {
    const caller = callerOf(request, reply, deps);
    const questionId = idSchema.parse(request.params.questionId);
    await assertAnswerable(caller, questionId);
    const { recording } = await receiveRecording(request, caller, { pace });
    reply.status(201);
    return submitRecording(caller, { questionId, recording });
  });

  /** Answers once the recording is safe; the turn's events tell the rest (`chat.onEvent`). */
  app.post<{ Params: { sessionId: string } }>('/upload/turns/:sessionId', async (request, reply) => {
    const caller = { ...callerOf(request, reply, deps), deps };
    const sessionId = idSchema.parse(request.params.sessionId);
    const { turnId } = await sayAloud(caller, sessionId, async (through, turnOver) => {
      const signal = AbortSignal.any([turnOver, ...(caller.signal ? [caller.signal] : [])]);
      const { recording } = await receiveRecording(
        request,
        { ...caller, signal },
        {
          pace,
          through: ({ file, filename, mimetype }) => through({ fileName: filename, mimeType: mimetype, bytes: file }),
        },
      );
      return recording;
    });
    return reply.status(201).send({ turn_id: turnId });
  });

  /** Reads a file for the page to show: nothing of it is stored. */
  app.post('/upload/job-descriptions', async (request, reply) => {
    const { signal, userId } = callerOf(request, reply, deps);
    using _place = deps.places.take('uploads', userId);
    return await readJobDescription(await receiveDocument(request, { maxBytes: maxDocumentBytes, pace, signal }));
  });

  app.post('/upload/cvs', async (request, reply) => {
    const caller = callerOf(request, reply, deps);
    using _place = deps.places.take('uploads', caller.userId);
    const file = await receiveDocument(request, { maxBytes: maxDocumentBytes, pace, signal: caller.signal });
    reply.status(201);
    return await uploadCv(caller, file);
  });
}
