import type { FastifyRequest } from 'fastify';
import { refuseGuessable } from './key.ts';

/** Whose a key is: `user:<id>`, `cookie:<id>`, or null for somebody who is known by the address alone. */
export type IdempotencyOwner = (request: FastifyRequest) => string | null;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For routes that answer without a sign-in. All others take keys of signed-in users only. */
    idempotencyOwner?: IdempotencyOwner;
    /** Headers that say what is asked for, where a body would. */
    idempotencyHeaders?: string[];
  }
}

/** Signing in and out: the token that comes along may be refused the second time, because the first time worked. */
export const byAddress: IdempotencyOwner = () => null;

/**
 * The owner in full, for a key. For an address the key itself is the secret that opens the answer, so a weak one is
 * refused with `invalid_input`.
 */
export function ownerOf(request: FastifyRequest, known: string | null, key: string): string {
  if (known) return known;
  refuseGuessable(key);
  return `address:${request.ip}`;
}

/** What else makes a request without a sign-in the same: a key must not answer for another token. */
export function credentialOf(request: FastifyRequest, known: string | null): string | null {
  return known ? null : (request.headers.authorization ?? null);
}
