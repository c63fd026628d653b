import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Behaviour, Reaction, UpstreamCall } from './behaviour.ts';
import { complete } from './chat-endpoint.ts';
import { describeModel, findModel, listModels, servedModels } from './models.ts';
import { speak } from './speech-endpoint.ts';
import { transcribe } from './transcription-endpoint.ts';
import { maxRecordingBytes, readTranscriptionForm } from './transcription-form.ts';
import { createOfflineVoice, type OfflineVoice } from './voice.ts';
import { badRequest, WireError } from './wire-error.ts';
import { jsonReply, type WireReply } from './wire-reply.ts';

export interface OfflineServer {
  /** Base URL for the `openai` client: `http://127.0.0.1:PORT/v1`. */
  url: string;
  /** Made afresh at each start; without it every call is 401. */
  apiKey: string;
  /** Cuts open connections and ends the voice workers. */
  close(): Promise<void>;
}

/**
 * Starts the stand-in for OpenAI on loopback, on a free port unless one is named. It speaks, reads back what its own
 * voice said, and fills the product's schemas by plain rules; it cannot recognise human speech.
 */
export async function startOfflineServer(
  options: { behaviour?: Behaviour; port?: number } = {},
): Promise<OfflineServer> {
  const apiKey = `offline-${randomBytes(24).toString('base64url')}`;
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: 8 * 1024 * 1024,
    routerOptions: { maxParamLength: 200 },
  });
  await app.register(multipart, { limits: { fileSize: maxRecordingBytes } });
  const voice = createOfflineVoice();

  app.addHook('onRequest', async (request) => {
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      throw new WireError(401, 'Incorrect or missing API key.', { code: 'invalid_api_key' });
    }
  });
  app.setNotFoundHandler((request) => {
    throw new WireError(404, `Invalid URL (${request.method} ${request.url.split('?')[0]})`);
  });
  app.setErrorHandler((error, _request, reply) => {
    const wire = toWireError(error);
    return reply.code(wire.status).send(wire.body);
  });
  registerEndpoints(app, options.behaviour ?? {}, voice);

  const address = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  return {
    url: `${address}/v1`,
    apiKey,
    async close() {
      await Promise.all([app.close(), voice.close()]);
    },
  };
}

function registerEndpoints(app: FastifyInstance, behaviour: Behaviour, voice: OfflineVoice): void {
  const deps = () => ({ models: behaviour.models ?? servedModels, pace: behaviour.pace ?? {} });

  app.get('/v1/models', (_request, reply) =>
    respond(behaviour, reply, describeCall('models', null), () => jsonReply(listModels(deps().models))),
  );
  app.get<{ Params: { '*': string } }>('/v1/models/*', (request, reply) => {
    const id = request.params['*'];
    return respond(behaviour, reply, describeCall('models', { model: id }), () =>
      jsonReply(describeModel(findModel(deps().models, id))),
    );
  });
  app.post('/v1/chat/completions', (request, reply) =>
    respond(behaviour, reply, describeCall('chat', request.body), ({ say }, signal) =>
      complete({ ...deps(), say }, request.body, signal),
    ),
  );
  app.post('/v1/audio/speech', (request, reply) =>
    respond(behaviour, reply, describeCall('speech', request.body), (_reaction, signal) =>
      speak({ ...deps(), voice }, request.body, signal),
    ),
  );
  app.post('/v1/audio/transcriptions', async (request, reply) => {
    await using form = await readTranscriptionForm(request);
    return await respond(
      behaviour,
      reply,
      { ...describeCall('transcriptions', form.fields), file: form.file },
      ({ say }, signal) => transcribe({ ...deps(), say }, form, signal),
    );
  });
}

type CallDetails = Omit<UpstreamCall, 'signal'>;

function describeCall(endpoint: UpstreamCall['endpoint'], body: unknown): CallDetails {
  if (body !== null && (typeof body !== 'object' || Array.isArray(body))) throw badRequest('Send a JSON object.');
  const fields: Record<string, unknown> = { ...body };
  return { endpoint, model: typeof fields.model === 'string' ? fields.model : null, body: fields, file: null };
}

async function respond(
  behaviour: Behaviour,
  reply: FastifyReply,
  details: CallDetails,
  produce: (reaction: Reaction, signal: AbortSignal) => WireReply | Promise<WireReply>,
): Promise<FastifyReply> {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  const reaction = (await behaviour.before?.({ ...details, signal: left.signal })) ?? {};
  if (reaction.take) {
    reply.hijack();
    await reaction.take(reply.raw);
    return reply;
  }
  const { contentType, body } = await produce(reaction, left.signal);
  reply.header('content-type', contentType);
  if (typeof body === 'string' && !reaction.distort) return reply.send(body);
  const pieces = typeof body === 'string' ? Readable.from([body]) : body;
  return reply.send(Readable.from(reaction.distort ? reaction.distort(pieces) : pieces));
}

function toWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500 && error instanceof Error) return new WireError(status, error.message);
  return new WireError(500, 'The offline server failed.', { type: 'server_error' });
}
