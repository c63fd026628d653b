import type { Database } from '../db/client.ts';
import { DomainError } from '../errors.ts';
import type { Log } from '../log.ts';
import { expiringCache } from './expiring-cache.ts';
import type { Identity } from './identity.ts';

/** How long an answer of the database is believed; another server's logout shows within this. */
const staleAfterMs = 4_000;

export interface LoginWatch extends Disposable {
  /** Aborts once the login is revoked, has expired, or its user is gone. The reason is a `DomainError`. */
  signal: AbortSignal;
}

export interface LiveLogins {
  /** Who a login belongs to, at most 4 s old; null when it was revoked, has expired, or its user is gone. */
  find(loginId: string): Promise<Identity | null>;
  /** To be called after the database knows: ends them here at once. */
  end(loginIds: string[]): void;
  /** For a stream that outlives the request: hears of a logout here at once, of one on another server within 5 s. */
  watch(loginId: string | null): LoginWatch;
  close(): void;
}

export interface LiveLoginsOptions {
  db: Database;
  log: Log;
  clock: () => number;
  /** How often the watched logins are looked up, all in one query. */
  recheckEveryMs?: number;
}

const condition = 'l.revoked_at is null and l.expires_at > $2';

export function createLiveLogins({ db, log, clock, recheckEveryMs = 2_000 }: LiveLoginsOptions): LiveLogins {
  const known = expiringCache<Promise<Identity | null>>({ max: 20_000, clock });
  const watched = new Map<string, Set<AbortController>>();
  let timer: NodeJS.Timeout | undefined;

  async function look(loginId: string): Promise<Identity | null> {
    const { rows } = await db.pool.query<{ userId: string; kind: Identity['kind'] }>(
      `select u.id as "userId", u.kind from logins l join users u on u.id = l.user_id where l.id = $1 and ${condition}`,
      [loginId, new Date(clock())],
    );
    return rows[0] ? { ...rows[0], loginId } : null;
  }

  function find(loginId: string): Promise<Identity | null> {
    const fresh = known.get(loginId);
    if (fresh) return fresh;
    const asked = look(loginId);
    // Kept from the moment of asking: requests at the same time share it, and no late answer can undo `end`.
    known.set(loginId, asked, clock() + staleAfterMs);
    asked.catch(() => known.get(loginId) === asked && known.delete(loginId));
    return asked;
  }

  function end(loginIds: string[]): void {
    for (const loginId of loginIds) {
      known.delete(loginId);
      const controllers = watched.get(loginId) ?? [];
      watched.delete(loginId);
      for (const controller of controllers) {
        controller.abort(new DomainError('unauthenticated', 'You have signed out. Sign in again to go on.'));
      }
    }
  }

  async function recheck(): Promise<void> {
    const asked = [...watched.keys()];
    try {
      const { rows } = await db.pool.query<{ id: string }>(
        `select l.id from logins l where l.id = any($1::uuid[]) and ${condition}`,
        [asked, new Date(clock())],
      );
      const live = new Set(rows.map((row) => row.id));
      end(asked.filter((loginId) => !live.has(loginId)));
    } catch (error) {
      // A database that is away for a while is no logout: the streams go on and the next look decides.
      log.warn({ err: error }, 'could not check the sign-ins of open streams');
    }
    schedule();
  }

  function schedule(): void {
    timer = watched.size ? setTimeout(recheck, recheckEveryMs).unref() : undefined;
  }

  function watch(loginId: string | null): LoginWatch {
    const controller = new AbortController();
    if (loginId === null) return { signal: controller.signal, [Symbol.dispose]() {} };
    const controllers = watched.get(loginId) ?? new Set();
    watched.set(loginId, controllers.add(controller));
    if (!timer) schedule();
    return {
      signal: controller.signal,
      [Symbol.dispose]() {
        controllers.delete(controller);
        if (!controllers.size && watched.get(loginId) === controllers) watched.delete(loginId);
      },
    };
  }

  return {
    find,
    end,
    watch,
    close() {
      clearTimeout(timer);
      watched.clear();
    },
  };
}
