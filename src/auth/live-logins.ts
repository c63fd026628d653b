import type { Database } from '../db/client.ts';
import { type Notifications, nobodyElse } from '../db/notifications.ts';
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
  /** To be called after the database knows: ends them here at once, elsewhere soon. Takes ids of deleted users as well. */
  end(ids: string[], why?: DomainError): void;
  /**
   * For a stream that outlives the request: hears of a logout here at once, of one on another server soon, within 5 s in
   * any case. Without a login, as with tokens of another identity provider, it ends with the user.
   */
  watch(loginId: string | null, userId?: string): LoginWatch;
  close(): void;
}

export interface LiveLoginsOptions {
  db: Database;
  log: Log;
  clock: () => number;
  notifications?: Notifications | undefined;
  /** How often the watched logins are looked up, all in one query. */
  recheckEveryMs?: number;
}

const signedOut = () => new DomainError('unauthenticated', 'You have signed out. Sign in again to go on.');

const condition = 'l.revoked_at is null and l.expires_at > $2';

export function createLiveLogins(options: LiveLoginsOptions): LiveLogins {
  const { db, log, clock, notifications = nobodyElse, recheckEveryMs = 2_000 } = options;
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

  function end(ids: string[], why = signedOut()): void {
    for (const id of ids) {
      known.delete(id);
      const controllers = watched.get(id) ?? [];
      watched.delete(id);
      for (const controller of controllers) controller.abort(why);
    }
  }

  async function recheck(): Promise<void> {
    const asked = [...watched.keys()];
    try {
      const { rows } = await db.pool.query<{ id: string }>(
        `select l.id from logins l where l.id = any($1::uuid[]) and ${condition}
          union all select id from users where id = any($1::uuid[])`,
        [asked, new Date(clock())],
      );
      const live = new Set(rows.map((row) => row.id));
      end(asked.filter((id) => !live.has(id)));
    } catch (error) {
      // A database that is away for a while is no logout: the streams go on and the next look decides.
      log.warn({ err: error }, 'could not check the sign-ins of open streams');
    }
    schedule();
  }

  function schedule(): void {
    timer = watched.size ? setTimeout(recheck, recheckEveryMs).unref() : undefined;
  }

  function watch(loginId: string | null, userId?: string): LoginWatch {
    const controller = new AbortController();
    const id = loginId ?? userId;
    if (id === undefined) return { signal: controller.signal, [Symbol.dispose]() {} };
    const controllers = watched.get(id) ?? new Set();
    watched.set(id, controllers.add(controller));
    if (!timer) schedule();
    return {
      signal: controller.signal,
      [Symbol.dispose]() {
        controllers.delete(controller);
        if (!controllers.size && watched.get(id) === controllers) watched.delete(id);
      },
    };
  }

  // What is missed is found by looking again, as ever.
  notifications.listen('logins', { told: (id) => end([id]), missed() {} });

  return {
    find,
    end(ids, why) {
      end(ids, why);
      for (const id of ids) notifications.notify('logins', id);
    },
    watch,
    close() {
      clearTimeout(timer);
      watched.clear();
    },
  };
}
