import type { FastifyInstance } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../errors.ts';

/** Requests per minute of one address, over all doors but health. Login is stricter, by its own rule. */
export function rateLimit(app: FastifyInstance, { perMinute }: { perMinute: number }): void {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  app.addHook('onRequest', async (request) => {
    if (request.url.startsWith('/health/')) return;
    try {
      await limiter.consume(request.ip);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new DomainError('rate_limited', 'Too many requests. Slow down and try again.', {
        retryAfterMs: refusal.msBeforeNext,
      });
    }
  });
}
