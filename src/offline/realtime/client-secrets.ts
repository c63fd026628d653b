import { z } from 'zod';
import type { Behaviour } from '../behaviour.ts';
import { servedModels } from '../models.ts';
import { parseStrictly } from '../wire-error.ts';
import { newId } from './identifiers.ts';
import { describeSession, type SessionConfig } from './session-config.ts';
import { sessionSchema } from './session-schema.ts';
import { requestSession } from './session-update.ts';

/** OpenAI's own limit for one session. */
const hourMs = 60 * 60 * 1000;

export const sessionMs = (behaviour: Behaviour): number => behaviour.realtimeSessionMs ?? hourMs;

const secretRequest = z.strictObject({
  expires_after: z
    .strictObject({
      anchor: z.literal('created_at').default('created_at'),
      seconds: z.int().min(10).max(7200).default(600),
    })
    .default({ anchor: 'created_at', seconds: 600 }),
  session: sessionSchema.default({ type: 'realtime' }),
});

export interface ClientSecrets {
  /** `POST /realtime/client_secrets`. Throws a `WireError`. */
  mint(body: unknown): { value: string; expires_at: number; session: ReturnType<typeof describeSession> };
  /** The session that a secret opens, as often as wanted until it expires; null for any other text. */
  find(value: string): SessionConfig | null;
}

export function createClientSecrets(behaviour: Behaviour): ClientSecrets {
  const secrets = new Map<string, { expiresAtMs: number; config: SessionConfig }>();
  return {
    mint(body) {
      const { expires_after: after, session } = parseStrictly(secretRequest, body ?? {});
      const config = requestSession(session, behaviour.models ?? servedModels, sessionMs(behaviour));
      const now = Date.now();
      for (const [value, { expiresAtMs }] of secrets) if (expiresAtMs <= now) secrets.delete(value);
      const value = newId('ek');
      const expiresAtMs = now + after.seconds * 1000;
      secrets.set(value, { expiresAtMs, config });
      return { value, expires_at: Math.floor(expiresAtMs / 1000), session: describeSession(config) };
    },
    find(value) {
      const secret = secrets.get(value);
      return secret && secret.expiresAtMs > Date.now() ? secret.config : null;
    },
  };
}
