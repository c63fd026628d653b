import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import { finishUpload, isWhole } from '../interview/finished-uploads.ts';
import { ownedUpload, type ResumableUploadCaller, type ResumableUploadDeps } from '../interview/resumable-uploads.ts';
import { idSchema } from '../interview/schemas.ts';
import { callerOf } from './caller.ts';
import { defaultPace, type Pace } from './steady.ts';
import { exchange, requireTusVersion, tusBodyType, tusVersion } from './tus-exchange.ts';
import { createTusServer } from './tus-server.ts';

const path = '/upload/resumable';

export interface ResumableUploadOptions {
  /** Aborts when the server stops: bodies end then, and what came of them stays. */
  closing: AbortSignal;
  pace?: Pace;
}

interface OfUpload {
  Params: { id: string };
}

/**
 * Answers that may arrive in parts: the tus 1.0 protocol (https://tus.io/protocols/resumable-upload). With its last byte
 * an upload is submitted as by `POST /upload/answers/:questionId`; that route's answer comes with the last PATCH (or
 * POST), and the answer's id is `Upload-Result` there and in every later HEAD.
 */
export async function resumableUploadRoutes(
  app: FastifyInstance,
  deps: ResumableUploadDeps,
  { closing, pace = defaultPace }: ResumableUploadOptions,
): Promise<void> {
  const tus = createTusServer(deps, path);
  app.removeAllContentTypeParsers();
  // Left unread: a body is written to the disk as it comes.
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('tus-resumable', tusVersion);
  });

  const callerFrom = (request: FastifyRequest, reply: FastifyReply): ResumableUploadCaller => ({
    ...callerOf(request, reply, deps),
    deps,
  });
  const uploadFrom = async (request: FastifyRequest<OfUpload>, reply: FastifyReply) => {
    const caller = callerFrom(request, reply);
    return { caller, upload: await ownedUpload(caller, idSchema.parse(request.params.id)) };
  };
  const speakTus = async (request: FastifyRequest, reply: FastifyReply, caller: ResumableUploadCaller, id = '') => {
    requireTusVersion(request, reply);
    const handle = (asked: Request) => tus.handle(asked, caller);
    await exchange(request, reply, { path: `${path}/${id}`, handle, pace, closing });
  };
  /** The answer that the upload is, once every byte has come, with this request or with an earlier one. */
  const answerIfWhole = async (
    reply: FastifyReply,
    caller: ResumableUploadCaller,
    id: string,
    bytes: number | null,
  ) => {
    if (bytes === null || reply.getHeader('upload-offset') !== String(bytes)) return null;
    const answer = await finishUpload(caller, id);
    reply.header('upload-result', answer.id);
    return answer;
  };

  app.post(path, { config: { idempotencyHeaders: ['upload-length', 'upload-metadata'] } }, async (request, reply) => {
    const caller = callerFrom(request, reply);
    using _place = deps.places.take('uploads', caller.userId);
    await deps.allowance.require(caller.userId);
    await speakTus(request, reply, caller);
    const id = String(reply.getHeader('location')).slice(path.length + 1);
    // Nothing is to come of an empty one.
    if (request.headers['upload-length'] === '0') reply.header('upload-offset', '0');
    return (await answerIfWhole(reply, caller, id, bytesIn(request))) ?? reply.send();
  });

  app.patch<OfUpload>(`${path}/:id`, async (request, reply) => {
    const { caller, upload } = await uploadFrom(request, reply);
    if (upload.refusal) throw upload.refusal;
    using _place = deps.places.take('uploads', caller.userId);
    if (request.headers['content-type'] !== tusBodyType) {
      throw new DomainError('unsupported_media', `Send the bytes of an upload as ${tusBodyType}.`);
    }
    await speakTus(request, reply, caller, upload.id);
    const answer = await answerIfWhole(reply, caller, upload.id, upload.bytes ?? bytesIn(request));
    return answer ? reply.status(200).send(answer) : reply.send();
  });

  app.head<OfUpload>(`${path}/:id`, async (request, reply) => {
    const { caller, upload } = await uploadFrom(request, reply);
    if (upload.refusal) throw upload.refusal;
    await speakTus(request, reply, caller, upload.id);
    await answerIfWhole(reply, caller, upload.id, upload.bytes);
    return reply.send();
  });

  app.delete<OfUpload>(`${path}/:id`, async (request, reply) => {
    const { caller, upload } = await uploadFrom(request, reply);
    await speakTus(request, reply, caller, upload.id);
    return reply.send();
  });

  /** For clients that cannot read a body after a PATCH, or have lost it. */
  app.get<OfUpload>(`${path}/:id/result`, async (request, reply) => {
    const { caller, upload } = await uploadFrom(request, reply);
    if (await isWhole(deps, upload)) return finishUpload(caller, upload.id);
    throw new DomainError('conflict', 'This upload has not arrived whole yet. Send the rest first.');
  });

  // What is spoken here. Strangers may ask, as browsers do before a page of another origin sends anything.
  for (const url of [path, `${path}/:id`]) {
    app.options(
      url,
      { schema: { hide: true }, config: { cors: { strictPreflight: false, preflightContinue: true } } },
      async (request, reply) => {
        await exchange(request, reply, { path, handle: (asked) => tus.handle(asked), pace, closing });
        return reply.send();
      },
    );
  }
}

function bytesIn({ headers }: FastifyRequest): number | null {
  const length = headers['upload-length'];
  return length === undefined ? null : Number(length);
}
