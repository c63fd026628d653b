import { ownedSession } from '../interview/access.ts';
import { whileKept } from '../interview/account-live-work.ts';
import type { ConversationCaller } from './context.ts';
import type { NumberedEvent } from './event-log.ts';

/**
 * From where to follow a session's conversation: after `lastEventId`, else from the start of the running turn, else from
 * now on. Found before the client is told that it listens, so that it misses nothing of what it then begins.
 */
export async function whereToFollow(
  caller: ConversationCaller,
  { sessionId, lastEventId }: { sessionId: string; lastEventId?: number | null | undefined },
): Promise<number> {
  await ownedSession(caller, sessionId);
  return lastEventId ?? (await caller.deps.events.position(sessionId));
}

/** What happened after that event, then what comes. The session has to be the caller's. Throws `not_found` once it is deleted. */
export async function* followConversation(
  { deps }: ConversationCaller,
  { sessionId, after }: { sessionId: string; after: number },
  signal: AbortSignal,
): AsyncGenerator<NumberedEvent> {
  using kept = whileKept(deps, sessionId);
  yield* deps.events.follow(sessionId, after, AbortSignal.any([signal, kept.signal]));
  kept.signal.throwIfAborted();
}
