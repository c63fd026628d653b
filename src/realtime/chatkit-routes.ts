import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireIdentity } from '../auth/plugin.ts';
import { createClientSecret } from '../conversation/client-secret.ts';
import type { ConversationDeps } from '../conversation/context.ts';
import { DomainError } from '../errors.ts';
import { idSchema } from '../interview/schemas.ts';
import { callerOf } from './caller.ts';

const tags = ['Realtime'];
const security = [{ bearer: [] }];

const secretBody = z.looseObject({ session_id: idSchema.optional() }).nullish();
/** Seconds since 1970. */
const expires_at = z.number();
const secretReply = z.object({
  client_secret: z.object({ value: z.string(), expires_at }),
  value: z.string(),
  expires_at,
  session: z.record(z.string(), z.unknown()),
});
const chatKitReply = z.object({ id: z.string(), client_secret: z.string(), expires_at, status: z.string() });

/** Brief 4's two sessions. Register under `/api/v1/chatkit`. */
export async function chatKitRoutes(scope: FastifyInstance, { product }: { product: ConversationDeps }): Promise<void> {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.addHook('onRequest', async (request) => {
    requireIdentity(request);
  });

  app.post(
    '/realtime-session',
    {
      schema: {
        tags,
        security,
        summary: 'A client secret for a voice session of the browser with OpenAI; of an interview with session_id',
        body: secretBody,
        response: { 200: secretReply },
      },
    },
    async (request, reply) => {
      const { session_id: sessionId, ...others } = request.body ?? {};
      refuseUnknown(Object.keys(others));
      const { value, expiresAt, session } = await createClientSecret(callerOf(request, reply, product), { sessionId });
      return { client_secret: { value, expires_at: expiresAt }, value, expires_at: expiresAt, session };
    },
  );

  app.post(
    '/session',
    {
      schema: {
        tags,
        security,
        summary: 'A ChatKit session with the agent in CHATKIT_AGENT_ID',
        response: { 200: chatKitReply },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, reply, product);
      await product.allowance.require(caller.userId);
      const session = await product.realtime.broker.createChatKitSession(caller.userId, caller.signal);
      const { id, clientSecret, expiresAt, status } = session;
      return { id, client_secret: clientSecret, expires_at: expiresAt, status };
    },
  );
}

/** Brief 4's words for the mistake that it tells of. */
function refuseUnknown([name]: string[]): void {
  if (name === undefined) return;
  const why =
    name === 'workflow'
      ? 'a realtime session takes no workflow or agent id. Leave it out: its behaviour is set by OPENAI_REALTIME_INSTRUCTIONS or by session_id. Workflows belong to POST /api/v1/chatkit/session.'
      : 'only session_id is taken here. Model, voice and instructions are set on the server.';
  throw new DomainError('invalid_input', `Unknown parameter: '${name.slice(0, 64)}': ${why}`);
}
