import { z } from 'zod';
import type { Tokens, User } from '../../auth/schemas.ts';
import { keep, kept } from './kept.ts';

/** How long before its end an access token is renewed. */
export const renewalLeadMs = 60_000;

/** What signs this browser in. */
export interface KeptTokens {
  token: string;
  refreshToken: string;
  /** On this machine's clock, which may be wrong. */
  endsAtMs: number;
  user: User;
}

const keptSchema: z.ZodType<KeptTokens> = z.object({
  token: z.string(),
  refreshToken: z.string(),
  endsAtMs: z.number(),
  user: z.object({
    id: z.string(),
    kind: z.enum(['guest', 'registered', 'external']),
    email: z.string().nullable(),
    name: z.string().nullable(),
    consentedAt: z.string().nullable(),
  }),
});

/** Asked for at every call, so another tab's renewal is seen at once. */
export function keptTokens(): KeptTokens | null {
  return keptSchema.safeParse(kept('session')).data ?? null;
}

export function keepTokens(tokens: KeptTokens | null): void {
  keep('session', tokens ?? undefined);
}

const claimsSchema = z.object({ iat: z.number(), exp: z.number() });

/** What a JWT says of its own life (RFC 7519, 4.1), so that a wrong clock on this machine does no harm. */
function lifetimeMs(token: string): number | null {
  const payload = token.split('.')[1];
  if (!payload) return null;
  try {
    const claims = claimsSchema.safeParse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))));
    return claims.data ? (claims.data.exp - claims.data.iat) * 1000 : null;
  } catch {
    return null; // not a JWT: the server's own `expiresAt` has to do
  }
}

export function received({ token, refreshToken, expiresAt, user }: Tokens): KeptTokens {
  const life = lifetimeMs(token);
  return { token, refreshToken, user, endsAtMs: life === null ? Date.parse(expiresAt) : Date.now() + life };
}
