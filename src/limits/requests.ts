import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressKey } from '../auth/limits.ts';
import { DomainError } from '../errors.ts';

/** Counts one more call of whoever made the request. Rejects with `rate_limited` and how long to wait. */
export type CountCall = (request: Pick<FastifyRequest, 'identity' | 'ip'>) => Promise<void>;

/** Users behind one address, such as a school's, may do so many times what one of them may; many guests no more. */
const usersPerAddress = 10;

/**
 * Calls per minute: of a user, of those who are not signed in at one address, and of all users at one address. What a user
 * is refused does not count for the address. Counts in this process.
 */
export function createCallLimit({ perMinute }: { perMinute: number }): CountCall {
  const users = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const strangers = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const addresses = new RateLimiterMemory({ points: perMinute * usersPerAddress, duration: 60 });
  return async ({ identity, ip }) => {
    if (!identity) return consume(strangers, addressKey(ip));
    await consume(users, identity.userId);
    await consume(addresses, addressKey(ip));
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError('rate_limited', 'Too many requests. Slow down and try again.', {
      retryAfterMs: refusal.msBeforeNext,
    });
  }
}
