import type { FastifyInstance } from 'fastify';
import { type CountCall, createCallLimit } from '../limits/requests.ts';

/**
 * Counts every request but those for health; login is stricter, by its own rule. Register `authPlugin` before. Returns what
 * counts calls that are no requests by themselves: in batches, and over sockets.
 */
export function rateLimit(app: FastifyInstance, options: { perMinute: number }): CountCall {
  const count = createCallLimit(options);
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/health/')) await count(request);
  });
  return count;
}
