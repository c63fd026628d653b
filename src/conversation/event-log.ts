import type { Database } from '../db/client.ts';
import type { Log } from '../log.ts';
import { type TurnEvent, terminalTypes, turnEventSchema } from './events.ts';

export interface NumberedEvent {
  id: number;
  event: TurnEvent;
}

/** The events of live conversations: told at once, written right after, replayed from any id. */
export interface EventLog {
  publish(sessionId: string, event: TurnEvent): void;
  /** Resolves once everything published so far is written. */
  flush(sessionId: string): Promise<void>;
  /** Nothing told so far is replayed any more. Call it after `flush`, once the rows are deleted. */
  forget(sessionId: string): void;
  /** What a newcomer follows after: the event before the running turn, or the latest there is. */
  position(sessionId: string): Promise<number>;
  /** Every event after `after`, without gap or double, then what comes. */
  follow(sessionId: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent>;
}

/** All events with an id above `since` are in `recent`. What is not written yet always is. */
interface Channel {
  since: number;
  recent: NumberedEvent[];
  unwritten: NumberedEvent[];
  writing: Promise<void>;
  /** Set while only events wait that need not be written at once. */
  lazily: NodeJS.Timeout | undefined;
  readers: Set<() => void>;
}

/** Many, and worth little by themselves: what they tell is told again as a whole. */
const lazy: ReadonlySet<TurnEvent['type']> = new Set(['transcript-delta', 'reply-delta']);
const lazyMs = 250;

const keptRecent = 2_000;
/** Held by a reader while it reads: one that stalls must not hold on to much. */
const pageSize = 100;

/** A page at a time: a reader that stalls must not hold on to all of them. */
function recentAfter(cursor: number, events: readonly NumberedEvent[]): NumberedEvent[] {
  const first = events.findLastIndex(({ id }) => id <= cursor) + 1;
  return events.slice(first, first + pageSize);
}

export function createEventLog(db: Database, log: Log): EventLog {
  const channels = new Map<string, Channel>();
  let lastId = 0;
  /** Grows also across restarts: 4096 ids a millisecond. Below 2^53 until the year 2039. */
  const nextId = () => {
    lastId = Math.max(lastId + 1, Date.now() * 4096);
    return lastId;
  };

  function channelOf(sessionId: string): Channel {
    const open = channels.get(sessionId);
    if (open) return open;
    const channel = {
      since: nextId(),
      recent: [],
      unwritten: [],
      writing: Promise.resolve(),
      lazily: undefined,
      readers: new Set<() => void>(),
    };
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
    await db.pool.query({
      name: 'turn-events',
      text: `insert into turn_events (session_id, id, turn_id, event)
        select $1, * from unnest($2::bigint[], $3::uuid[], $4::jsonb[]) on conflict do nothing`,
      values: [
        sessionId,
        batch.map(({ id }) => id),
        batch.map(({ event }) => event.turnId),
        batch.map(({ event }) => JSON.stringify(event)),
      ],
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

  async function stored(sessionId: string, after: number, upTo: number): Promise<NumberedEvent[]> {
    const { rows } = await db.pool.query<{ id: string; event: unknown }>({
      name: 'replay-turn-events',
      text: 'select id, event from turn_events where session_id = $1 and id > $2 and id <= $3 order by id limit $4',
      values: [sessionId, after, upTo, pageSize],
    });
    return rows.map(({ id, event }) => ({ id: Number(id), event: turnEventSchema.parse(event) }));
  }

  /** A turn whose end was told is over, even while its row is still being closed. */
  async function beforeRunningTurn(sessionId: string): Promise<number | null> {
    const { rows } = await db.pool.query<{ id: string | null }>(
      `select min(e.id) as id from turns t join turn_events e on e.turn_id = t.id
        where t.session_id = $1 and t.state = 'running'
        group by t.id having not bool_or(e.event ->> 'type' = any($2))`,
      [sessionId, [...terminalTypes]],
    );
    return rows[0]?.id ? Number(rows[0].id) - 1 : null;
  }

  return {
    publish(sessionId, event) {
      const channel = channelOf(sessionId);
      const numbered = { id: nextId(), event };
      channel.recent.push(numbered);
      channel.unwritten.push(numbered);
      while (channel.recent.length > Math.max(keptRecent, channel.unwritten.length)) {
        channel.since = channel.recent.shift()?.id ?? channel.since;
      }
      for (const wake of channel.readers) wake();
      if (!lazy.has(event.type)) return void scheduleWrite(sessionId, channel);
      channel.lazily ??= setTimeout(() => void scheduleWrite(sessionId, channel), lazyMs);
    },

    async flush(sessionId) {
      const channel = channels.get(sessionId);
      if (channel) await scheduleWrite(sessionId, channel);
    },

    forget(sessionId) {
      const channel = channels.get(sessionId);
      if (!channel) return;
      channel.since = nextId();
      channel.recent.length = 0;
    },

    async position(sessionId) {
      const channel = channels.get(sessionId);
      const latest = channel?.recent.at(-1)?.id ?? nextId();
      // The start of the running turn may not be written yet.
      if (channel) await scheduleWrite(sessionId, channel);
      return (await beforeRunningTurn(sessionId)) ?? latest;
    },

    async *follow(sessionId, after, signal) {
      const channel = channelOf(sessionId);
      let changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      channel.readers.add(wake);
      signal.addEventListener('abort', wake);
      try {
        let cursor = after;
        while (!signal.aborted) {
          const page = cursor < channel.since ? await stored(sessionId, cursor, channel.since) : null;
          const next = page?.length ? page : recentAfter(cursor, channel.recent);
          if (page?.length === 0) cursor = Math.max(cursor, channel.since);
          for (const event of next) {
            if (signal.aborted) return;
            yield event;
            cursor = event.id;
          }
          if (next.length > 0) continue;
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
