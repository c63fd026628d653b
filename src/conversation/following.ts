import { ownedSession } from '../interview/access.ts';
import type { ConversationCaller } from './context.ts';
import type { NumberedEvent } from './event-log.ts';

/** What happens in a session's conversation: what was missed since `lastEventId`, then what comes. */
export async function* followConversation(
  caller: ConversationCaller,
  { sessionId, lastEventId }: { sessionId: string; lastEventId?: number | null | undefined },
  signal: AbortSignal,
): AsyncGenerator<NumberedEvent> {
  await ownedSession(caller, sessionId);
  yield* caller.deps.events.follow(sessionId, lastEventId ?? null, signal);
}
