import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Log } from '../log.ts';
import { keepListening } from './listening.ts';

/** What servers on one database tell each other. */
const channels = ['changes', 'turn_events', 'turns', 'logins'] as const;
export type NotificationChannel = (typeof channels)[number];

export interface Listener {
  /** Something another server told. Must not throw. */
  told(text: string): void;
  /** Something may have been missed, as the connection was lost: look again at whatever may have changed. */
  missed(): void;
}

/** A `pg_notify` to be joined to a statement that writes anyway: it travels with its commit. */
export interface JoinedNotification {
  channel: string;
  payload: string;
}

/**
 * The one bus between servers on one database (LISTEN/NOTIFY). It carries hints, never the only copy of anything: a
 * server that was away is told by `missed` and reads the database. Nobody hears what it told itself.
 */
export interface Notifications {
  /**
   * Tells every other server, together with what else is told within 5 ms; twice the same in that time is once. The
   * text has no line break and at most 7,900 bytes; throws otherwise. A failure is logged, and heard as `missed`.
   */
  notify(channel: NotificationChannel, text: string): void;
  joined(channel: NotificationChannel, text: string): JoinedNotification;
  listen(channel: NotificationChannel, listener: Listener): void;
  /** Tells what waits to be told, then hears nothing more. */
  close(): Promise<void>;
}

/** PostgreSQL takes payloads of fewer than 8,000 bytes (manual, NOTIFY). */
const maxPayloadBytes = 7_999;
const maxTextBytes = 7_900;
const togetherMs = 5;
const againMs = 1_000;

const nameOf = (channel: NotificationChannel) => `viva_${channel}`;

/**
 * Payloads are the teller's name and then the texts, a line each; the name alone says that texts were lost. Needs a
 * direct connection (`url`): a pooler that shares connections between transactions cannot pass notifications on.
 */
export function createNotifications({ url, pool, log }: { url: string; pool: pg.Pool; log: Log }): Notifications {
  const self = randomBytes(6).toString('base64url');
  const listeners = new Map<NotificationChannel, Set<Listener>>();
  const waiting = new Map<NotificationChannel, Set<string>>();
  const lost = new Set<NotificationChannel>();
  let timer: NodeJS.Timeout | undefined;
  let telling = Promise.resolve();
  let closed = false;

  const heard = (name: string, payload: string) => {
    const channel = channels.find((known) => nameOf(known) === name);
    const [teller, ...texts] = payload.split('\n');
    if (!channel || teller === self) return;
    for (const listener of listeners.get(channel) ?? []) {
      if (texts.length === 0) listener.missed();
      for (const text of texts) listener.told(text);
    }
  };
  const missed = () => {
    for (const group of listeners.values()) for (const listener of group) listener.missed();
  };
  const connection = keepListening({ url, log, names: channels.map(nameOf), heard, missed });

  async function tell(): Promise<void> {
    const batch = [...waiting].map(([channel, texts]) => ({ channel, texts: [...texts] }));
    for (const channel of lost) batch.push({ channel, texts: [] });
    waiting.clear();
    if (batch.length === 0) return;
    const messages = batch.flatMap(({ channel, texts }) =>
      payloadsOf(self, texts).map((payload) => ({ name: nameOf(channel), payload })),
    );
    try {
      await pool.query({
        name: 'notify',
        text: 'select pg_notify(name, payload) from unnest($1::text[], $2::text[]) as told(name, payload)',
        values: [messages.map(({ name }) => name), messages.map(({ payload }) => payload)],
      });
      lost.clear();
    } catch (error) {
      log.warn({ err: error }, 'other servers could not be told of changes; they are told to look again');
      for (const { channel } of batch) lost.add(channel);
      if (!closed) timer ??= setTimeout(schedule, againMs).unref();
    }
  }

  /** One statement at a time; what is told meanwhile goes with the next. */
  function schedule(): void {
    clearTimeout(timer);
    timer = undefined;
    telling = telling.then(tell);
  }

  return {
    notify(channel, text) {
      if (!fits(text)) throw new Error('a notification is one line of at most 7,900 bytes');
      if (closed) return;
      waiting.set(channel, (waiting.get(channel) ?? new Set()).add(text));
      timer ??= setTimeout(schedule, togetherMs);
    },
    joined: (channel, text) => ({ channel: nameOf(channel), payload: `${self}\n${text}` }),
    listen(channel, listener) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
    },
    async close() {
      closed = true;
      schedule();
      await telling;
      await connection.close();
    },
  };
}

const fits = (text: string) => !text.includes('\n') && Buffer.byteLength(text) <= maxTextBytes;

/** As few payloads as hold all texts; one without texts when there are none. */
function payloadsOf(teller: string, texts: string[]): string[] {
  const payloads: string[] = [];
  let payload = teller;
  for (const text of texts) {
    const longer = `${payload}\n${text}`;
    if (Buffer.byteLength(longer) > maxPayloadBytes) {
      payloads.push(payload);
      payload = `${teller}\n${text}`;
    } else payload = longer;
  }
  return [...payloads, payload];
}

/** For a process that shares its database with nobody: there is nobody to tell and nothing to hear. */
export const nobodyElse: Notifications = {
  notify() {},
  joined: (channel, text) => ({ channel: nameOf(channel), payload: text }),
  listen() {},
  close: async () => {},
};
