import { randomBytes } from 'node:crypto';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Behaviour } from './behaviour.ts';
import { complete } from './chat-endpoint.ts';
import { describeModel, findModel, listModels, servedModels } from './models.ts';
import { createCalls } from './realtime/calls.ts';
import { createClientSecrets } from './realtime/client-secrets.ts';
import { registerRealtimeEndpoints } from './realtime/endpoints.ts';
import { openRealtimeDoor } from './realtime/socket.ts';
import { describeCall, respond } from './respond.ts';
import { speak } from './speech-endpoint.ts';
import { transcribe } from './transcription-endpoint.ts';
import { maxRecordingBytes, readTranscriptionForm } from './transcription-form.ts';
import { createOfflineVoice, type OfflineVoice } from './voice.ts';
import { toWireError, WireError } from './wire-error.ts';
import { jsonReply } from './wire-reply.ts';

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
  const behaviour = options.behaviour ?? {};
  const secrets = createClientSecrets(behaviour);
  const calls = createCalls({ behaviour, voice });
  /** A client secret opens conversations, and nothing else. */
  const secretSession = ({ url, headers }: FastifyRequest) =>
    url.split('?')[0] === '/v1/realtime/calls'
      ? secrets.find(headers.authorization?.replace(/^Bearer /, '') ?? '')
      : null;

  app.addHook('onRequest', async (request) => {
    if (request.headers.authorization !== `Bearer ${apiKey}` && !secretSession(request)) {
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
  registerEndpoints(app, behaviour, voice);
  registerRealtimeEndpoints(app, { behaviour, calls, secrets, secretSession });
  const door = openRealtimeDoor(app.server, { apiKey, behaviour, voice, secrets, calls });

  const address = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  return {
    url: `${address}/v1`,
    apiKey,
    async close() {
      door.close();
      await Promise.all([app.close(), calls.close(), voice.close()]);
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
