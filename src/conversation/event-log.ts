import { z } from 'zod';
import type { Database } from '../db/client.ts';
import { type Notifications, nobodyElse } from '../db/notifications.ts';
import type { Log } from '../log.ts';
import {
  add,
  type Channel,
  dropWritten,
  greatestWritten,
  openChannel,
  recentAfter,
  wakeReaders,
} from './event-channel.ts';
import { insertEvents, type NumberedEvent, pageSize, selectEvents, selectPosition } from './event-rows.ts';
import { isTerminal, type TurnEvent } from './events.ts';

export type { NumberedEvent };

/**
 * The events of live conversations: told at once here (the end of a turn once it is written), written right after, replayed from any id; readers at other
 * servers have them from the database as soon as they are written (deltas 250 ms later).
 *
 * Every reader gets every event once, in the order of ids, whichever server tells it. For that, ids of one session have
 * to grow in the order of writing: one turn runs at a time (a unique index), its server writes all its events before
 * its row is closed, and the next turn begins above them even if that server's clock is behind (`startAfter`).
 * Not covered: a server that the database refused for a whole turn, and that writes the rest of it after the next began.
 */
export interface EventLog {
  publish(sessionId: string, event: TurnEvent): void;
  /** Events with this id or a smaller one are stored: whatever is published from now on gets greater ids. */
  startAfter(sessionId: string, id: number): void;
  /** Resolves once everything published so far is written. */
  flush(sessionId: string): Promise<void>;
  /** Nothing told so far is replayed any more, here or elsewhere. Call it after `flush`, once the rows are deleted. */
  forget(sessionId: string): void;
  /** What a newcomer follows after: the event before the running turn, or the latest there is. */
  position(sessionId: string): Promise<number>;
  /** Every event after `after`, without gap or double, then what comes. */
  follow(sessionId: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent>;
}

/** Many, and worth little by themselves: what they tell is told again as a whole. */
const lazy: ReadonlySet<TurnEvent['type']> = new Set(['transcript-delta', 'reply-delta']);
const lazyMs = 250;

const foreignKeyViolation = z.object({ code: z.literal('23503') });

export function createEventLog(db: Database, log: Log, notifications: Notifications = nobodyElse): EventLog {
  const channels = new Map<string, Channel>();
  let lastId = 0;
  /** Grows also across restarts: 4096 ids a millisecond. Below 2^53 until the year 2039. */
  const nextId = () => {
    lastId = Math.max(lastId + 1, Date.now() * 4096);
    return lastId;
  };

  function channelOf(sessionId: string): Channel {
    const channel = channels.get(sessionId) ?? openChannel();
    channels.set(sessionId, channel);
    return channel;
  }

  /** A channel that nobody reads or writes is forgotten: the database has it all. */
  function forgetIdle(sessionId: string, channel: Channel): void {
    const idle = channel.readers.size === 0 && channel.unwritten.length === 0;
    if (idle && channels.get(sessionId) === channel) channels.delete(sessionId);
  }

  async function write(sessionId: string, channel: Channel): Promise<void> {
    const batch = channel.unwritten.slice();
    if (batch.length === 0) return;
    const told = notifications.joined('turn_events', `${sessionId} ${batch.at(-1)?.id}`);
    await insertEvents(db.pool, sessionId, batch, told).catch((error: unknown) => {
      // Of a session that was deleted nothing is kept, here neither.
      if (!foreignKeyViolation.safeParse(error).success) throw error;
    });
    channel.unwritten.splice(0, batch.length);
    forgetIdle(sessionId, channel);
  }

  /** One write at a time; what is published meanwhile goes with the next. */
  function scheduleWrite(sessionId: string, channel: Channel): Promise<void> {
    clearTimeout(channel.lazily);
    channel.lazily = undefined;
    channel.writing = channel.writing
      .then(() => write(sessionId, channel))
      .catch((error: unknown) =>
        log.error({ err: error, sessionId }, 'events of a live conversation were not written'),
      );
    return channel.writing;
  }

  /** A write that fails is tried again with the next one; the end is told all the same. */
  async function tellWhenWritten(sessionId: string, channel: Channel, id: number): Promise<void> {
    channel.withheld.add(id);
    await scheduleWrite(sessionId, channel);
    channel.withheld.delete(id);
    wakeReaders(channel);
  }

  function startAfter(sessionId: string, id: number): void {
    lastId = Math.max(lastId, id);
    const channel = channels.get(sessionId);
    if (!channel || id <= channel.since || channel.recent.some((event) => event.id === id)) return;
    const raise = () => {
      channel.since = Math.max(channel.since, id);
      wakeReaders(channel);
    };
    // A turn that was given up elsewhere goes on here: what it told before has to be in the database first.
    const mixed = channel.unwritten.some((event) => event.id < id);
    if (mixed) void scheduleWrite(sessionId, channel).then(raise);
    else raise();
  }

  function forgetHere(sessionId: string): void {
    const channel = channels.get(sessionId);
    if (channel) dropWritten(channel);
  }

  notifications.listen('turn_events', {
    told(text) {
      const [sessionId = '', id] = text.split(' ');
      if (id === undefined) forgetHere(sessionId);
      else startAfter(sessionId, Number(id));
    },
    missed() {
      for (const channel of channels.values()) {
        dropWritten(channel);
        channel.missed++;
        wakeReaders(channel);
      }
    },
  });

  return {
    startAfter,

    publish(sessionId, event) {
      const channel = channelOf(sessionId);
      const numbered = { id: nextId(), event };
      add(channel, numbered);
      if (isTerminal(event)) return void tellWhenWritten(sessionId, channel, numbered.id);
      wakeReaders(channel);
      if (!lazy.has(event.type)) return void scheduleWrite(sessionId, channel);
      channel.lazily ??= setTimeout(() => void scheduleWrite(sessionId, channel), lazyMs);
    },

    async flush(sessionId) {
      const channel = channels.get(sessionId);
      if (channel) await scheduleWrite(sessionId, channel);
    },

    forget(sessionId) {
      forgetHere(sessionId);
      notifications.notify('turn_events', sessionId);
    },

    async position(sessionId) {
      const channel = channels.get(sessionId);
      // The start of the running turn may not be written yet.
      if (channel) await scheduleWrite(sessionId, channel);
      return selectPosition(db.pool, sessionId);
    },

    async *follow(sessionId, after, signal) {
      const channel = channelOf(sessionId);
      let changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      channel.readers.add(wake);
      signal.addEventListener('abort', wake);
      try {
        let cursor = after;
        /** What of the database was read to its end. */
        let looked = -1;
        while (!signal.aborted) {
          const { missed } = channel;
          // What is written by now and not found is deleted.
          const covered = greatestWritten(channel);
          const look = looked < missed || cursor < channel.since;
          const stored = look ? await selectEvents(db.pool, sessionId, cursor) : null;
          const next = stored ?? recentAfter(cursor, channel);
          for (const event of next) {
            if (signal.aborted) return;
            yield event;
            cursor = event.id;
          }
          if (stored && stored.length < pageSize) {
            looked = missed;
            cursor = Math.max(cursor, covered);
          }
          if (stored || next.length > 0) continue;
          await changed.promise;
          changed = Promise.withResolvers<void>();
        }
      } finally {
        signal.removeEventListener('abort', wake);
        channel.readers.delete(wake);
        forgetIdle(sessionId, channel);
      }
    },
  };
}
