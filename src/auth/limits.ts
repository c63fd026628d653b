import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../errors.ts';

export interface LimitOptions {
  /** Guests that one address may make in a minute. */
  guestsPerMinute: number;
  /** Accounts that one address may make in a minute. */
  registrationsPerMinute: number;
  /** Wrong passwords for one e-mail in 15 minutes, whether or not it has an account. */
  failuresPerEmail: number;
  /** Wrong passwords from one address in 15 minutes. */
  failuresPerAddress: number;
}

export const defaultLimits: LimitOptions = {
  guestsPerMinute: 120,
  registrationsPerMinute: 30,
  failuresPerEmail: 10,
  failuresPerAddress: 30,
};

export interface Limits {
  countGuest(ip: string): Promise<void>;
  countRegistration(ip: string): Promise<void>;
  /** Counts as a failure until `forgiveLogin`, so that guesses made at the same time are all counted. */
  countLogin(ip: string, email: string): Promise<void>;
  forgiveLogin(ip: string, email: string): Promise<void>;
}

const minute = 60;
const quarterHour = 15 * minute;

/** Counts in this process. Every method but `forgiveLogin` throws `rate_limited` with `retryAfterMs`. */
export function createLimits(options: LimitOptions): Limits {
  const guests = new RateLimiterMemory({ points: options.guestsPerMinute, duration: minute });
  const registrations = new RateLimiterMemory({ points: options.registrationsPerMinute, duration: minute });
  const failures = { duration: quarterHour, blockDuration: quarterHour };
  const byEmail = new RateLimiterMemory({ points: options.failuresPerEmail, ...failures });
  const byAddress = new RateLimiterMemory({ points: options.failuresPerAddress, ...failures });
  return {
    countGuest: (ip) => consume(guests, addressKey(ip)),
    countRegistration: (ip) => consume(registrations, addressKey(ip)),
    async countLogin(ip, email) {
      await consume(byAddress, addressKey(ip));
      await consume(byEmail, email);
    },
    async forgiveLogin(ip, email) {
      await byAddress.reward(addressKey(ip));
      await byEmail.delete(email);
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    const retryAfterMs = Math.ceil(rejection.msBeforeNext / 1000) * 1000;
    const wait =
      retryAfterMs > 60_000 ? `${Math.ceil(retryAfterMs / 60_000)} minutes` : `${retryAfterMs / 1000} seconds`;
    throw new DomainError('rate_limited', `Too many attempts. Try again in ${wait}.`, { retryAfterMs });
  }
}

/** One customer has a whole /64 of IPv6 addresses, so that is what counts (RFC 6177). */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(ip)) return ip;
  const [before = '', after] = ip.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = before.split(':').filter(Boolean);
  const rest = after?.split(':').filter(Boolean) ?? [];
  const zeros = after === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
