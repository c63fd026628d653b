import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Behaviour, UpstreamCall } from '../behaviour.ts';
import { createChatkitSession } from '../chatkit-endpoint.ts';
import { describeCall, respond } from '../respond.ts';
import { jsonReply } from '../wire-reply.ts';
import { readCallOffer } from './call-offer.ts';
import type { Calls } from './calls.ts';
import type { ClientSecrets } from './client-secrets.ts';
import type { SessionConfig } from './session-config.ts';

interface EndpointDeps {
  behaviour: Behaviour;
  calls: Calls;
  secrets: ClientSecrets;
  /** The session of the client secret that a request carries instead of the key. */
  secretSession(request: FastifyRequest): SessionConfig | null;
}

/** What the Realtime API and ChatKit have over plain HTTP. */
export function registerRealtimeEndpoints(app: FastifyInstance, deps: EndpointDeps): void {
  const { behaviour, calls, secrets } = deps;
  app.addContentTypeParser('application/sdp', { parseAs: 'string', bodyLimit: 256 * 1024 }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/v1/realtime/client_secrets', (request, reply) =>
    respond(behaviour, reply, withSessionModel(describeCall('client_secrets', request.body)), () =>
      jsonReply(secrets.mint(request.body)),
    ),
  );
  app.post('/v1/realtime/calls', async (request: FastifyRequest, reply: FastifyReply) => {
    const offer = await readCallOffer(request, behaviour, deps.secretSession(request));
    const model = offer.config.type === 'realtime' ? offer.config.model : null;
    return await respond(behaviour, reply, { ...describeCall('calls', { ...offer }), model }, async () => {
      const { id, sdp } = await calls.place(offer);
      reply.code(201).header('location', `/v1/realtime/calls/${id}`);
      return { contentType: 'application/sdp', body: sdp };
    });
  });
  app.post<{ Params: { id: string } }>('/v1/realtime/calls/:id/hangup', (request, reply) =>
    respond(behaviour, reply, describeCall('calls', { call_id: request.params.id }), () => {
      calls.hangUp(request.params.id);
      return { contentType: 'text/plain; charset=utf-8', body: '' };
    }),
  );
  app.post('/v1/chatkit/sessions', (request, reply) =>
    respond(behaviour, reply, describeCall('chatkit', request.body), () =>
      createChatkitSession(request.body, request.headers['openai-beta']?.toString()),
    ),
  );
}

function withSessionModel(call: Omit<UpstreamCall, 'signal'>): Omit<UpstreamCall, 'signal'> {
  const model = Object(call.body.session).model;
  return { ...call, model: typeof model === 'string' ? model : null };
}
