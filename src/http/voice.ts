import { randomUUID } from 'node:crypto';
import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AuthDeps } from '../auth/auth.ts';
import { optionalIdentity } from '../auth/plugin.ts';
import { unauthenticated } from '../auth/refusals.ts';
import { type AssistantOwner, createAssistant } from '../conversation/assistant.ts';
import type { Deps } from '../deps.ts';
import { visibleText } from '../interview/language.ts';
import { idSchema } from '../interview/schemas.ts';

/** Holds the id of the conversation of somebody who is not signed in, signed. */
const voiceCookie = 'viva_voice';

const askBody = z.object(
  {
    prompt: z
      .string('Send what was said as text.')
      .overwrite(visibleText)
      .trim()
      .min(1, 'The prompt is empty. Send what was said as text.')
      .max(10_000, 'The prompt is longer than 10,000 characters. Shorten it.'),
  },
  { error: 'Send a JSON object with a prompt.' },
);

const tags = ['Voice agent'];
/** With a token the conversation is the user's; without one it is that of the cookie. */
const security: Record<string, string[]>[] = [{}, { bearer: [] }];

/** Brief 3, field for field. Register under `/api/voice`. */
export async function voiceRoutes(
  scope: FastifyInstance,
  { product, auth }: Pick<Deps, 'product' | 'auth'>,
): Promise<void> {
  const assistant = createAssistant(product);
  const app = scope.withTypeProvider<ZodTypeProvider>();
  const config = { idempotencyOwner: (request: FastifyRequest) => keyOwner(knownOwner(auth, request)) };
  // Who is asking comes before what: a stranger learns nothing from how a body is refused.
  app.addHook('onRequest', async (request) => {
    knownOwner(auth, request);
  });

  app.post(
    '/ask',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'Ask the assistant; it remembers the last 20 messages',
        body: askBody,
        response: { 200: z.object({ response: z.string() }) },
      },
    },
    async (request, reply) => {
      const owner = knownOwner(auth, request) ?? (await newOwner(auth, request, reply));
      return { response: await assistant.ask(owner, request.body.prompt) };
    },
  );

  await app.register(async (anyBody) => {
    // Clients send `{}`, nothing, or nothing under the name of JSON; none of it matters.
    anyBody.removeAllContentTypeParsers();
    anyBody.addContentTypeParser('*', (_request, body, done) => {
      body.resume();
      done(null);
    });
    anyBody.withTypeProvider<ZodTypeProvider>().post(
      '/clear',
      {
        config,
        schema: {
          tags,
          security,
          summary: 'Forget the conversation',
          response: { 200: z.object({ status: z.literal('conversation cleared') }) },
        },
      },
      async (request) => {
        const owner = knownOwner(auth, request);
        if (owner) await assistant.clear(owner);
        return { status: 'conversation cleared' as const };
      },
    );
  });
}

/** Null for somebody new. Throws `unauthenticated` for a bad token, and for none where guests are not taken. */
function knownOwner(auth: AuthDeps, request: FastifyRequest): AssistantOwner | null {
  const identity = optionalIdentity(request);
  if (identity) return { userId: identity.userId };
  if (!auth.allowGuests || auth.external) throw unauthenticated();
  const signed = request.cookies[voiceCookie];
  const id = idSchema.safeParse(signed && request.unsignCookie(signed).value);
  return id.success ? { cookieId: id.data } : null;
}

function keyOwner(owner: AssistantOwner | null): string | null {
  if (!owner) return null;
  return 'userId' in owner ? `user:${owner.userId}` : `cookie:${owner.cookieId}`;
}

/** Counted like a new guest. The cookie ends with the browser session, as that of the brief. */
async function newOwner(auth: AuthDeps, request: FastifyRequest, reply: FastifyReply): Promise<AssistantOwner> {
  await auth.limits.countGuest(request.ip);
  const cookieId = randomUUID();
  reply.setCookie(voiceCookie, reply.signCookie(cookieId), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: request.protocol === 'https',
  });
  return { cookieId };
}
