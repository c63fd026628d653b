import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Answer } from './claim.ts';
import { answerNotKept } from './refusals.ts';

export const replayedHeader = 'idempotency-replayed';

/** What belongs to an answer rather than to the connection it was given on. */
const kept = ['content-type', 'location', 'set-cookie', 'cache-control'] as const;

const storedResponse = z.object({
  headers: z.partialRecord(z.enum(kept), z.union([z.string(), z.array(z.string())])),
  /** Base64. */
  body: z.string(),
});

/** A response as it is about to be sent. Of one that is streamed the status only. */
export function storeResponse(reply: FastifyReply, payload: unknown): Answer {
  const body = bytesOf(payload);
  if (!body) return { status: reply.statusCode, content: null };
  const headers = Object.fromEntries(kept.map((name) => [name, reply.getHeader(name)]));
  const content = Buffer.from(JSON.stringify({ headers, body: body.toString('base64') }));
  return { status: reply.statusCode, content };
}

function bytesOf(payload: unknown): Buffer | null {
  if (payload === null || payload === undefined) return Buffer.alloc(0);
  if (typeof payload === 'string') return Buffer.from(payload);
  return Buffer.isBuffer(payload) ? payload : null;
}

/** Sends the same again, and says so. Throws `conflict` when only the status is known. */
export function repeatResponse(reply: FastifyReply, { status, content }: Answer): FastifyReply {
  reply.header(replayedHeader, 'true');
  if (!content) throw answerNotKept();
  const { headers, body } = storedResponse.parse(JSON.parse(Buffer.from(content).toString()));
  // An empty buffer would be given a type.
  return reply
    .status(status)
    .headers(headers)
    .send(body ? Buffer.from(body, 'base64') : undefined);
}
