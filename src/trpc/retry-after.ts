import type { TRPCError } from '@trpc/server';
import { asDomainError } from '../errors.ts';

/** `Retry-After` for an answer over HTTP: the longest of what its calls were told, in whole seconds (RFC 9110, 10.2.3). */
export function retryAfterOf({ errors }: { errors: TRPCError[] }): { headers?: Record<string, string> } {
  const waits = errors.flatMap(({ cause }) => (cause ? (asDomainError(cause).retryAfterMs ?? []) : []));
  return waits.length > 0 ? { headers: { 'retry-after': String(Math.ceil(Math.max(...waits) / 1000)) } } : {};
}
