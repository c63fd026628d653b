import { randomUUID } from 'node:crypto';
import { type AuthDeps, type AuthOptions, createAuth } from '../../../src/auth/auth.ts';
import { authenticate } from '../../../src/auth/authenticate.ts';
import type { Identity } from '../../../src/auth/identity.ts';
import { emailSchema, type Tokens } from '../../../src/auth/schemas.ts';
import { type Database, openDatabase } from '../../../src/db/client.ts';
import { createTestDatabase } from '../../support/database.ts';
import { quiet } from '../../support/quiet.ts';

export const secret = 'a secret of more than 32 characters, for tests';
export const password = 'correct horse battery';

export interface AuthWorld extends AsyncDisposable {
  db: Database;
  auth: AuthDeps;
  /** A server of its own on the same database. */
  anotherServer(options?: Partial<AuthOptions>): AuthDeps;
  /** Stands still until moved. */
  clock: { nowMs: number };
}

/** Real accounts on a real database. Its limits are out of the way unless they are given. */
export async function authWorld(options: Partial<AuthOptions> = {}): Promise<AuthWorld> {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { poolSize: 20, log: quiet });
  const clock = { nowMs: Date.now() };
  const servers: AuthDeps[] = [];
  const anotherServer = (more: Partial<AuthOptions> = {}) => {
    const server = createAuth({
      db,
      log: quiet,
      config: { ALLOW_GUESTS: true },
      secret,
      clock: () => clock.nowMs,
      recheckEveryMs: 100,
      limits: { guestsPerMinute: 1000, registrationsPerMinute: 1000, failuresPerAddress: 1000 },
      ...options,
      ...more,
    });
    servers.push(server);
    return server;
  };
  return {
    db,
    auth: anotherServer(),
    anotherServer,
    clock,
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close();
      await db.close();
      await database.drop();
    },
  };
}

export const newEmail = () => emailSchema.parse(`${randomUUID()}@example.org`);

export const nobody = { ip: '192.0.2.1', identity: null };

/** Who the access token belongs to; throws as `authenticate` does. */
export async function identityOf(auth: AuthDeps, tokens: Pick<Tokens, 'token'>): Promise<Identity> {
  const identity = await authenticate(auth, { authorization: `Bearer ${tokens.token}` });
  if (!identity) throw new Error('a token was given and nobody came out');
  return identity;
}
