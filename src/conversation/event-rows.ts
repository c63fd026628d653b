import type pg from 'pg';
import type { JoinedNotification } from '../db/notifications.ts';
import { type TurnEvent, terminalTypes, turnEventSchema } from './events.ts';

export interface NumberedEvent {
  id: number;
  event: TurnEvent;
}

/** Read at once: a reader that stalls must not hold on to much. */
export const pageSize = 100;

/** Other servers are told with the commit, in the same statement: a live turn pays for no second one. */
export async function insertEvents(
  pool: pg.Pool,
  sessionId: string,
  batch: readonly NumberedEvent[],
  { channel, payload }: JoinedNotification,
): Promise<void> {
  await pool.query({
    name: 'turn-events',
    text: `with written as (
        insert into turn_events (session_id, id, turn_id, event)
        select $1, * from unnest($2::bigint[], $3::uuid[], $4::jsonb[]) on conflict do nothing
      ) select pg_notify($5, $6)`,
    values: [
      sessionId,
      batch.map(({ id }) => id),
      batch.map(({ event }) => event.turnId),
      batch.map(({ event }) => JSON.stringify(event)),
      channel,
      payload,
    ],
  });
}

/** The next events after an id, in their order; fewer than a page: there are no more. */
export async function selectEvents(pool: pg.Pool, sessionId: string, after: number): Promise<NumberedEvent[]> {
  const { rows } = await pool.query<{ id: string; event: unknown }>({
    name: 'replay-turn-events',
    text: 'select id, event from turn_events where session_id = $1 and id > $2 order by id limit $3',
    values: [sessionId, after, pageSize],
  });
  return rows.map(({ id, event }) => ({ id: Number(id), event: turnEventSchema.parse(event) }));
}

/**
 * The id before the running turn's first event, else the greatest there is, else 0. A turn whose end was told is over,
 * even while its row is still being closed.
 */
export async function selectPosition(pool: pg.Pool, sessionId: string): Promise<number> {
  const { rows } = await pool.query<{ position: string }>({
    name: 'position-in-turn-events',
    text: `select coalesce(
      (select min(e.id) - 1 from turns t join turn_events e on e.turn_id = t.id
        where t.session_id = $1 and t.state = 'running'
        group by t.id having not bool_or(e.event ->> 'type' = any($2))),
      (select max(id) from turn_events where session_id = $1),
      0) as position`,
    values: [sessionId, [...terminalTypes]],
  });
  return Number(rows[0]?.position ?? 0);
}
