import { DomainError } from '../errors.ts';
import type { PartialUploads } from '../storage/partial-uploads.ts';
import type { PcmSpool } from '../storage/pcm-spool.ts';
import type { InterviewDeps } from './context.ts';

/** What may be going on in this process for a session or a user that is deleted. */
export interface LiveWork {
  live: { ofSession(sessionId: string): { interrupt(heardMs: number): void; ended: Promise<unknown> } | undefined };
  events: { flush(sessionId: string): Promise<void>; forget(sessionId: string): void };
  realtime: {
    holders: { take(sessionId: string, end: () => Promise<void>, why: DomainError): Promise<Disposable> };
    calls: { endAll(userId: string): Promise<void> };
  };
  recorders: { end(recordingId: string, why: DomainError): Promise<void> };
  /** Where recordings that are being made lie. */
  spool: PcmSpool;
  /** Where answers lie that have not arrived whole. */
  partials: PartialUploads;
}

export type DeletionDeps = InterviewDeps & LiveWork;

export const interviewDeleted = () => new DomainError('not_found', 'This interview was deleted.');

/**
 * Ends what goes on in a session, and waits until it is put away: its conversation or call, its turn, the answers that
 * are being recorded. What goes on elsewhere ends by `whileKept`, once the rows are gone.
 */
export async function endLiveWork(deps: DeletionDeps, sessionId: string, recordingIds: string[]): Promise<void> {
  const place = await deps.realtime.holders.take(sessionId, async () => {}, interviewDeleted());
  place[Symbol.dispose]();
  const turn = deps.live.ofSession(sessionId);
  turn?.interrupt(0);
  await turn?.ended;
  for (const id of recordingIds) await deps.recorders.end(id, interviewDeleted());
  // Nothing told is still to be written once the rows are gone.
  await deps.events.flush(sessionId);
}

const topicOf = (sessionId: string) => `deleted:${sessionId}`;

/** Tells everybody who works on the session, on any server, to look whether it is still there. */
export function tellDeleted({ changes }: Pick<InterviewDeps, 'changes'>, sessionId: string, answerIds: string[]): void {
  for (const topic of [topicOf(sessionId), `evaluation:${sessionId}`, `questions:${sessionId}`]) changes.touch(topic);
  for (const id of answerIds) changes.touch(`answer:${id}`);
}

export interface Kept extends Disposable {
  /** Aborts with `not_found` once the session is deleted. */
  signal: AbortSignal;
}

/** For work on a session that takes a while: ends when the session is deleted. Costs no query until somebody deletes. */
export function whileKept(
  { changes, db, log }: Pick<InterviewDeps, 'changes' | 'db' | 'log'>,
  sessionId: string,
): Kept {
  const deleted = new AbortController();
  const left = new AbortController();
  const look = async () => {
    let first = true;
    for await (const _ of changes.watch(topicOf(sessionId), left.signal)) {
      // Told without reason, as after a lost connection to the database, it goes on.
      if (!first && !(await db.prisma.session.findUnique({ where: { id: sessionId }, select: { id: true } }))) {
        deleted.abort(interviewDeleted());
        return;
      }
      first = false;
    }
  };
  look().catch((error: unknown) => log.warn({ err: error, sessionId }, 'whether a session was deleted is not known'));
  return { signal: deleted.signal, [Symbol.dispose]: () => left.abort() };
}
