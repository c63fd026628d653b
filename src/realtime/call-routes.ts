import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AuthDeps } from '../auth/auth.ts';
import { requireIdentity } from '../auth/plugin.ts';
import { createCall, hangUpCall, longestSdp } from '../conversation/calls.ts';
import type { ConversationDeps } from '../conversation/context.ts';
import { DomainError } from '../errors.ts';
import { idSchema } from '../interview/schemas.ts';
import { callerOf } from './caller.ts';

const tags = ['Realtime'];
const security = [{ bearer: [] }];
const sdpType = 'application/sdp';

const offer = z.string('Send the SDP of RTCPeerConnection.createOffer().');
/** The bare offer as application/sdp, or JSON. */
const callBody = z.union([offer, z.object({ sdp: offer, session_id: idSchema.optional() })], {
  error: 'Send the SDP offer as application/sdp, or a JSON object with sdp and, for an interview, session_id.',
});
const callQuery = z.object({ session_id: idSchema.optional() });
const callReply = z.object({ call_id: z.string(), sdp: z.string() });

export interface CallRoutesOptions {
  product: ConversationDeps;
  auth: AuthDeps;
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
}

/** WebRTC calls that this server places and listens to. Register under `/api/realtime/calls`. */
export async function callRoutes(scope: FastifyInstance, { product, auth, closing }: CallRoutesOptions): Promise<void> {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.addHook('onRequest', async (request) => {
    requireIdentity(request);
  });
  app.addContentTypeParser(sdpType, { parseAs: 'string', bodyLimit: longestSdp }, (_request, body, done) =>
    done(null, body),
  );

  app.post(
    '/',
    {
      // JSON writes each line break as two characters.
      bodyLimit: 2 * longestSdp,
      schema: {
        tags,
        security,
        summary:
          'Place a WebRTC call: SDP offer in, SDP answer out; conducted and recorded here when it is an interview',
        consumes: ['application/json', sdpType],
        querystring: callQuery,
        body: callBody,
        response: { 201: z.union([callReply, z.string()]) },
      },
    },
    async (request, reply) => {
      const { body, query } = request;
      const bare = typeof body === 'string';
      const input = bare
        ? { sdp: body, sessionId: query.session_id }
        : { sdp: body.sdp, sessionId: body.session_id ?? query.session_id };
      if (!input.sdp.startsWith('v=0')) {
        throw new DomainError(
          'invalid_input',
          'This is not an SDP offer. Send that of RTCPeerConnection.createOffer().',
        );
      }
      const { loginId, userId } = requireIdentity(request);
      const rights = { login: auth.logins.watch(loginId, userId), closing };
      const { id, sdp } = await createCall(callerOf(request, reply, product), input, rights);
      reply.status(201).header('location', `/api/realtime/calls/${id}`);
      if (!bare) return { call_id: id, sdp };
      reply.type(sdpType).serializer((text: unknown) => String(text));
      return sdp;
    },
  );

  app.post(
    '/:id/hangup',
    {
      schema: {
        tags,
        security,
        summary: 'End a call',
        params: z.object({ id: z.string() }),
        response: { 200: z.object({ ended: z.literal(true) }) },
      },
    },
    async (request, reply) => {
      await hangUpCall(callerOf(request, reply, product), request.params.id);
      return { ended: true as const };
    },
  );
}
