import type pg from 'pg';

/** How long an answer is repeated. */
export const keptHours = 24;

export interface RowId {
  owner: string;
  name: string;
}

/** One claim on a row. `since` tells it from every other: a row is claimed anew only once the lease before is over. */
export interface HeldRow extends RowId {
  since: string;
}

export interface Row {
  fingerprint: string;
  /** Null while somebody works on it. */
  status: number | null;
  answer: Buffer | null;
  /** Whoever worked on it died: the same operation can claim it. */
  abandoned: boolean;
  /** Anything can claim it. */
  expired: boolean;
}

const abandoned = '(k.status is null and k.lease_until < clock_timestamp())';
const expired = `((k.status is not null or ${abandoned}) and k.created_at < clock_timestamp() - interval '${keptHours} hours')`;
const leaseEnd = (parameter: string) => `clock_timestamp() + ${parameter} * interval '1 millisecond'`;

/** Plain SQL, by the database's clock: what servers claim from each other is decided in one statement each. */
export function idempotencyRows(pool: pg.Pool) {
  const change = async (name: string, text: string, values: unknown[]) =>
    ((await pool.query({ name, text, values })).rowCount ?? 0) > 0;
  return {
    /** Null when the row is somebody's, or answered. An abandoned one is taken over for the same operation only. */
    async claim({ owner, name }: RowId, fingerprint: string, leaseMs: number): Promise<HeldRow | null> {
      const { rows } = await pool.query<{ since: string }>({
        name: 'claim-idempotency-key',
        text: `insert into idempotency_keys as k (owner, key, fingerprint, lease_until, created_at)
          values ($1, $2, $3, ${leaseEnd('$4::int')}, clock_timestamp())
          on conflict (owner, key) do update
          set fingerprint = excluded.fingerprint, lease_until = excluded.lease_until, created_at = excluded.created_at,
            status = null, answer = null
          where ${expired} or (${abandoned} and k.fingerprint = excluded.fingerprint)
          returning k.created_at::text as since`,
        values: [owner, name, fingerprint, leaseMs],
      });
      const [row] = rows;
      return row ? { owner, name, since: row.since } : null;
    },
    async read({ owner, name }: RowId): Promise<Row | null> {
      const { rows } = await pool.query<Row>({
        name: 'read-idempotency-key',
        text: `select fingerprint, status, answer, ${abandoned} as abandoned, ${expired} as expired
          from idempotency_keys k where owner = $1 and key = $2`,
        values: [owner, name],
      });
      return rows[0] ?? null;
    },
    /** These three are false when the row is not the holder's any more. */
    renew: ({ owner, name, since }: HeldRow, leaseMs: number) =>
      change(
        'renew-idempotency-key',
        `update idempotency_keys set lease_until = ${leaseEnd('$4::int')}
          where owner = $1 and key = $2 and created_at = $3::timestamptz and status is null`,
        [owner, name, since, leaseMs],
      ),
    keep: (
      { owner, name, since }: HeldRow,
      { fingerprint, status, answer }: { fingerprint: string; status: number; answer: Uint8Array | null },
    ) =>
      change(
        'keep-idempotency-key',
        `update idempotency_keys set fingerprint = $4, status = $5, answer = $6, lease_until = null
          where owner = $1 and key = $2 and created_at = $3::timestamptz and status is null`,
        [owner, name, since, fingerprint, status, answer],
      ),
    release: ({ owner, name, since }: HeldRow) =>
      change(
        'release-idempotency-key',
        `delete from idempotency_keys
          where owner = $1 and key = $2 and created_at = $3::timestamptz and status is null`,
        [owner, name, since],
      ),
  };
}

export type IdempotencyRows = ReturnType<typeof idempotencyRows>;
