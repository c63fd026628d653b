import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { z } from 'zod';
import { errorCodeSchema } from '../errors.ts';
import { hashForm } from '../http/multipart.ts';
import type { Hold, Idempotency } from './claim.ts';
import { type FormContent, formText } from './form-content.ts';
import { parseIdempotencyKey } from './key.ts';
import { credentialOf, ownerOf } from './owner.ts';
import { isKept } from './refusals.ts';
import { repeatResponse, storeResponse } from './stored-response.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a request that carries a key and does the work. */
    keyed: KeyedWork | null;
  }
}

export interface KeyedWork {
  hold: Hold;
  isForm: boolean;
  /** Noted once the whole form has been read. */
  form: FormContent | null;
}

export interface KeyedRoutesOptions {
  idempotency: Idempotency;
  /** Of the largest file in a form. */
  maxFileBytes: number;
}

const refusal = z.object({ error: z.object({ code: errorCodeSchema }) });

/**
 * Lets every POST route that is registered after this take an `Idempotency-Key`; tRPC's have their own way. Kept are
 * answers, and the refusals of `isKept`, once the whole body is known: of a form that broke off, of work that was given up
 * because its client left, and of answers past Fastify's own sending (`reply.hijack`) nothing is. A duplicate of a form
 * leaves its body unread until the first is answered; then it is only hashed.
 */
export function takeIdempotencyKeys(app: FastifyInstance, options: KeyedRoutesOptions): void {
  app.decorateRequest('keyed', null);
  app.addHook('onRoute', (route) => {
    if (!isPost(route) || route.url.startsWith('/trpc')) return;
    route.preHandler = [...several(route.preHandler), (request, reply) => begin(request, reply, options)];
    route.onSend = [...several(route.onSend), keepAnswer];
  });
}

const isPost = ({ method }: RouteOptions) => several(method).includes('POST');
const several = <T>(one: T | T[] | undefined): T[] => (one === undefined ? [] : Array.isArray(one) ? one : [one]);

async function begin(request: FastifyRequest, reply: FastifyReply, { idempotency, maxFileBytes }: KeyedRoutesOptions) {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return;
  const { idempotencyOwner } = request.routeOptions.config;
  // Nobody: the route refuses that itself.
  if (!idempotencyOwner && !request.identity) return;
  const key = parseIdempotencyKey(header);
  const known = idempotencyOwner ? idempotencyOwner(request) : `user:${request.identity?.userId}`;
  const isForm = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
  const { signal } = leaving(reply);
  const { hold, answer } = await idempotency.claim({
    owner: ownerOf(request, known, key),
    key,
    operation: operationOf(request, { isForm, credential: credentialOf(request, known) }),
    ...(isForm && {
      readForm: async () => formText(await hashForm(request, { maxBytes: maxFileBytes, signal })),
    }),
    signal,
  });
  if (answer) return repeatResponse(reply, answer);
  const work: KeyedWork = { hold, isForm, form: null };
  request.keyed = work;
  reply.raw.once('close', () => {
    // Sent by other means than Fastify's: there is no answer to be kept.
    if (request.keyed === work && reply.sent) void work.hold.release();
  });
}

function leaving(reply: FastifyReply): AbortController {
  const left = new AbortController();
  if (reply.raw.destroyed) left.abort();
  reply.raw.once('close', () => left.abort());
  return left;
}

const operationOf = (
  { method, routeOptions, params, query, body, headers }: FastifyRequest,
  { isForm, credential }: { isForm: boolean; credential: string | null },
) => {
  const said = (routeOptions.config.idempotencyHeaders ?? []).map((name) => headers[name] ?? null);
  return JSON.stringify([
    method,
    routeOptions.url,
    params,
    query,
    isForm ? 'form' : (body ?? null),
    credential,
    ...said,
  ]);
};

async function keepAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const { keyed } = request;
  if (!keyed) return payload;
  request.keyed = null;
  const { hold, isForm, form } = keyed;
  if ((isForm && !form) || !mayBeKept(reply, payload)) await hold.release();
  else await hold.keep(storeResponse(reply, payload), form ? formText(form) : undefined);
  return payload;
}

function mayBeKept(reply: FastifyReply, payload: unknown): boolean {
  if (reply.statusCode < 400) return true;
  const isJson = String(reply.getHeader('content-type')).startsWith('application/json');
  if (reply.raw.destroyed || !isJson || typeof payload !== 'string') return false;
  const { data } = refusal.safeParse(JSON.parse(payload));
  return data !== undefined && isKept({ code: data.error.code, again: reply.hasHeader('retry-after') });
}
