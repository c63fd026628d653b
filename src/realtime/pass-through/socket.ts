import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuthDeps } from '../../auth/auth.ts';
import { requireIdentity } from '../../auth/plugin.ts';
import type { ConversationCaller, ConversationDeps } from '../../conversation/context.ts';
import { briefRealtime } from '../../conversation/realtime-briefing.ts';
import { asDomainError, DomainError } from '../../errors.ts';
import { idSchema } from '../../interview/schemas.ts';
import type { UpstreamAccess } from '../../models/call.ts';
import { closeCodes } from '../../sockets/close-codes.ts';
import { identify } from '../../sockets/identity.ts';
import { createPlaces, type Places } from '../../sockets/places.ts';
import { type ClientLine, openClientLine } from './client-line.ts';
import { defaultRealtimeLimits, type RealtimeLimits } from './limits.ts';
import { relay } from './relay.ts';
import { openUpstream } from './upstream.ts';

export interface PassThroughOptions {
  product: ConversationDeps;
  auth: AuthDeps;
  upstream: UpstreamAccess;
  /** Aborts when the server begins to stop. */
  closing: AbortSignal;
  limits?: Partial<RealtimeLimits>;
}

interface Serving extends PassThroughOptions {
  limits: RealtimeLimits;
  places: Places;
}

/**
 * OpenAI's own Realtime protocol (GA) at `/realtime`, for clients that have our token instead of the key. With
 * `?session_id=` it is that interview, which the model conducts by itself. Register `registerSockets` before.
 */
export function realtimePassThrough(scope: FastifyInstance, options: PassThroughOptions): void {
  const limits = { ...defaultRealtimeLimits, ...options.limits };
  const serving: Serving = { ...options, limits, places: createPlaces(limits.conversationsPerUser) };
  scope.route({
    method: 'GET',
    url: '/realtime',
    schema: { hide: true },
    config: { maxMessageBytes: limits.messageBytes },
    handler: (_request, reply) => reply.callNotFound(),
    wsHandler(socket, request) {
      const line = openClientLine(socket, limits);
      converse(line, request, serving).catch((error: unknown) => {
        const told = asDomainError(error);
        if (told.status >= 500 && !line.gone.aborted) {
          request.log.error({ err: told.cause ?? told, code: told.code }, 'a realtime conversation could not be held');
        }
        line.end(told);
      });
    },
  });
}

const notHere = z.never('This is not offered here. Connect without it, to talk.').optional();
const query = z.object({
  model: z.string().optional(),
  session_id: idSchema.optional(),
  intent: notHere,
  call_id: notHere,
});

async function converse(line: ClientLine, request: FastifyRequest, serving: Serving): Promise<void> {
  const { product: deps, auth, upstream, closing, limits, places } = serving;
  await identify(request, auth, tokenOf(request));
  const { userId, loginId } = requireIdentity(request);
  const { model: wantedModel, session_id: sessionId } = query.parse(request.query);
  const models = upstream.catalogue.status().realtime.preferred;
  if (wantedModel !== undefined && !models.includes(wantedModel)) {
    const message = `This model is not offered here. Leave ?model= out, or name one of: ${models.join(', ')}.`;
    throw new DomainError('invalid_input', message);
  }

  await deps.allowance.require(userId);
  using held = new DisposableStack();
  const place = places.take(userId);
  if (!place) {
    throw new DomainError('rate_limited', 'Too many conversations are open already. Close one of them first.');
  }
  held.use(place);
  const login = held.use(auth.logins.watch(loginId, userId));
  endWhen(login.signal, () => line.end(asDomainError(login.signal.reason)), held);
  endWhen(closing, () => line.end(asDomainError(closing.reason), closeCodes.restarting), held);

  const caller: ConversationCaller = { deps, userId, signal: line.gone };
  const briefing = sessionId === undefined ? null : await briefRealtime(caller, sessionId);
  const over = Promise.withResolvers<void>();
  if (sessionId !== undefined) {
    const holder = await deps.realtime.holders.take(sessionId, (why) => {
      line.end(why);
      return over.promise;
    });
    held.use(holder);
  }
  try {
    if (line.gone.aborted) return;
    const { instructions, voice } = deps.voice;
    const open = await openUpstream({
      ...upstream,
      briefing,
      plain: { instructions, voice, modality: deps.realtime.modality },
      // An interview's model is the server's choice.
      wantedModel: briefing ? undefined : wantedModel,
      openMs: limits.openMs,
      signal: line.gone,
    });
    await relay({ line, open, caller, briefing, models, upstream, limits });
  } finally {
    over.resolve();
  }
}

/** Browsers cannot set a header: the token comes where OpenAI's key would, in a subprotocol that is never sent back. */
function tokenOf(request: FastifyRequest): { token: string } | null {
  const prefix = 'openai-insecure-api-key.';
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim());
  const token = offered?.find((protocol) => protocol.startsWith(prefix))?.slice(prefix.length);
  return token ? { token } : null;
}

function endWhen(signal: AbortSignal, end: () => void, held: DisposableStack): void {
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  held.defer(() => signal.removeEventListener('abort', end));
}
