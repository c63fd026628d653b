import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a proxy or a client may call a request: nothing that could break a log line, a header or a memory. */
const acceptable = /^[\w.:-]{1,64}$/;

/** For Fastify's `genReqId`: the caller's own `x-request-id` where it may be used, or a new one. */
export function requestIdOf(raw: IncomingMessage): string {
  const given = raw.headers['x-request-id'];
  return typeof given === 'string' && acceptable.test(given) ? given : randomUUID();
}
