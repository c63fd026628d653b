import { selectHistory } from '../db/selects.ts';
import type { Caller } from './context.ts';
import type { HistoryPage, PageInput } from './schemas.ts';
import { withCompletion } from './sessions.ts';

/** Past sessions, newest first, each with the answers that count and their scores: one query. */
export async function sessionHistory({ deps, userId }: Caller, { limit, cursor }: PageInput): Promise<HistoryPage> {
  const rows = await selectHistory(deps.db.pool, [userId, cursor ?? null, limit + 1]);
  const items: HistoryPage['items'] = rows
    .slice(0, limit)
    .map((row) => withCompletion({ ...row, answers: row.answers ?? [] }));
  const nextCursor = rows.length > limit ? (items.at(-1)?.id ?? null) : null;
  const totalSessions =
    rows[0]?.totalSessions ?? (cursor ? await deps.db.prisma.session.count({ where: { userId } }) : 0);
  return { items, totalSessions, nextCursor };
}
