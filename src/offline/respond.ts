import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Behaviour, Reaction, UpstreamCall } from './behaviour.ts';
import { badRequest } from './wire-error.ts';
import type { WireReply } from './wire-reply.ts';

export type CallDetails = Omit<UpstreamCall, 'signal'>;

/** Throws a 400 `WireError` unless the body is an object, or there is none. */
export function describeCall(endpoint: UpstreamCall['endpoint'], body: unknown): CallDetails {
  if (body !== null && (typeof body !== 'object' || Array.isArray(body))) throw badRequest('Send a JSON object.');
  const fields: Record<string, unknown> = { ...body };
  return { endpoint, model: typeof fields.model === 'string' ? fields.model : null, body: fields, file: null };
}

/** Answers as the endpoint would, or as the behaviour wants it. */
export async function respond(
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
