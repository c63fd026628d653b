import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Notifications } from '../db/notifications.ts';
import type { Log } from '../log.ts';
import { type ExternalProvider, externalProvider } from './external.ts';
import { createLimits, defaultLimits, type LimitOptions, type Limits } from './limits.ts';
import { createLiveLogins, type LiveLogins } from './live-logins.ts';
import { type AccessTokens, accessTokens } from './tokens.ts';

/** What the verbs of this folder work with. Make one per process. */
export interface AuthDeps {
  db: Database;
  log: Log;
  clock: () => number;
  allowGuests: boolean;
  /** Set when another identity provider signs people in instead of us. */
  external: ExternalProvider | null;
  tokens: AccessTokens;
  logins: LiveLogins;
  limits: Limits;
  close(): void;
}

export interface AuthOptions {
  db: Database;
  log: Log;
  config: Pick<Config, 'ALLOW_GUESTS' | 'AUTH_JWKS_URL' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE'>;
  /** At least 32 characters; servers on one database share it. */
  secret: string;
  limits?: Partial<LimitOptions>;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Tells other servers of logouts, and hears of theirs. */
  notifications?: Notifications;
  /** How often open streams are checked for a logout on another server that was not heard of. */
  recheckEveryMs?: number;
}

export function createAuth(options: AuthOptions): AuthDeps {
  const { db, log, config, secret, clock = Date.now } = options;
  const logins = createLiveLogins({ ...options, clock });
  return {
    db,
    log,
    clock,
    allowGuests: config.ALLOW_GUESTS,
    external: provider(options, clock),
    tokens: accessTokens(secret, clock),
    logins,
    limits: createLimits({ ...defaultLimits, ...options.limits }),
    close: () => logins.close(),
  };
}

function provider({ db, config }: AuthOptions, clock: () => number): ExternalProvider | null {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
  if (!jwksUrl) return null;
  // Without both, a token that the provider made for anybody else would open this server.
  if (!issuer || !audience) throw new Error('AUTH_JWKS_URL needs AUTH_ISSUER and AUTH_AUDIENCE beside it');
  return externalProvider({ db, jwksUrl, issuer, audience, clock });
}
